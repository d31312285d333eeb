"""Chooses how a command reaches AWS: by Brine's own client, which starts at once, or by botocore.

Brine's client takes an access key from the environment or from a profile. botocore has everything else: single sign-on,
roles, programs that print credentials, proxies, certificates, and endpoints of single services.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from brine_cli.emulators.credentials import CREDENTIALS

if TYPE_CHECKING:
    from collections.abc import Mapping

EMULATOR_REGION: Final = "us-east-1"
_CHOICE: Final = "BRINE_AWS_CLIENT"
_KEY: Final = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
_NEEDS_BOTOCORE: Final = frozenset(
    {
        *("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"),
        *("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"),
        *("AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"),
    }
)
_ENDPOINT_OF_ONE: Final = "AWS_ENDPOINT_URL_"
_OTHER_PARTITIONS: Final = ("us-iso", "eu-iso")
"""The beginnings of the regions whose endpoints only botocore knows."""


def access_environment(
    environment: Mapping[str, str], *, endpoint_url: str | None = None, region: str | None = None
) -> dict[str, str]:
    """Return the environment with the client to use, its region, and its access key.

    An emulator, at an http URL, gets invented credentials and never the user's own.
    """
    result = dict(environment)
    if endpoint_url is not None:
        result["AWS_ENDPOINT_URL"] = endpoint_url
    if result.get("AWS_ENDPOINT_URL", "").startswith("http://"):
        return {**result, **CREDENTIALS, "AWS_REGION": region or EMULATOR_REGION, _CHOICE: "lean"}
    found = region or result.get("AWS_REGION") or result.get("AWS_DEFAULT_REGION")
    if found:
        result["AWS_REGION"] = found
    if not result.get(_CHOICE):
        result |= _chosen(result)
    return result


def _chosen(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that differ: the client, and what it needs."""
    from brine_cli.aws.profiles import read_profile  # noqa: PLC0415 - an emulator needs no profile

    botocore = {_CHOICE: "botocore"}
    if any(value and _needs_botocore(name) for name, value in environment.items()):
        return botocore
    profile = read_profile(environment)
    region = environment.get("AWS_REGION") or profile.region
    if not profile.is_plain or region is None or region.startswith(_OTHER_PARTITIONS):
        return botocore
    has_key = any(environment.get(name) for name in _KEY)  # half a key is a mistake, which is told by its client
    key = {} if has_key else profile.variables
    return botocore if key is None else {_CHOICE: "lean", "AWS_REGION": region, **key}


def _needs_botocore(name: str) -> bool:
    return name in _NEEDS_BOTOCORE or name.startswith(_ENDPOINT_OF_ONE)
