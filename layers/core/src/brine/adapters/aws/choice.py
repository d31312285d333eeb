"""Chooses the client for AWS: Brine's lean one, or botocore (docs/decisions/0105)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from brine.adapters.aws.moto_mock import active_stubber
from brine.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

type AwsClientName = Literal["lean", "botocore"]

VARIABLE: Final = "BRINE_AWS_CLIENT"
_OF_BOTOCORE: Final = ("HTTPS_PROXY", "https_proxy", "AWS_CA_BUNDLE")
"""Variables about the way to AWS that the lean client does not know."""
INSTALL: Final = "install it with `pip install boto3`"


def chosen_client(*environments: Mapping[str, str]) -> AwsClientName:
    """Return the name of the client. Raises ConfigError.

    BRINE_AWS_CLIENT of the first environment names it. Without this variable, it is botocore while moto mocks AWS.
    Otherwise it is the lean client if botocore is not installed, or if any of the environments is that of Lambda. But
    in Lambda too it is botocore if a proxy or a bundle of certificates is set: the lean client knows neither.
    """
    match environments[0].get(VARIABLE) or None:
        case "lean":
            return "lean"
        case "botocore":
            if not _has_botocore():
                raise ConfigError(f"{VARIABLE} is 'botocore', but botocore is not installed: {INSTALL}, or write lean")
            return "botocore"
        case str(unknown):
            raise ConfigError(f"{VARIABLE} is {unknown!r}: write lean or botocore")
    if active_stubber() is not None:
        return "botocore"
    if any(map(_is_lambda, environments)) and not any(environments[0].get(name) for name in _OF_BOTOCORE):
        return "lean"
    return "botocore" if _has_botocore() else "lean"


def _is_lambda(environment: Mapping[str, str]) -> bool:
    """Return whether these are the variables of Lambda. AWS_LAMBDA_FUNCTION_NAME does not count: tests often set it."""
    runtime = environment.get("AWS_EXECUTION_ENV", "")
    return "AWS_LAMBDA_RUNTIME_API" in environment or runtime.startswith("AWS_Lambda_")


def _has_botocore() -> bool:
    from importlib.util import find_spec  # noqa: PLC0415 - no function in Lambda needs it

    return find_spec("botocore") is not None
