"""The SSM parameters of templates in the AWS emulator, and the secrets there that a template reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine_cli.emulators.api import EmulatorError
from brine_cli.errors import EmulatorFailed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from brine_cli.emulators.api import EmulatorApi
    from brine_cli.template.ssm import SsmParameter


def put_parameters(parameters: Iterable[SsmParameter], api: EmulatorApi) -> None:
    """Create these parameters, or give them their values. Raises EmulatorFailed."""
    for one in parameters:
        try:
            api.call("ssm", "PutParameter", Name=one.name, Value=one.value, Type=one.kind, Overwrite=True)
        except EmulatorError as error:
            raise EmulatorFailed(
                f"the SSM parameter {one.name} cannot be created at {api.endpoint}: {error}"
            ) from error


def secret_texts(arns: Iterable[str], api: EmulatorApi) -> dict[str, str]:
    """Return the texts of secrets, by ARN and by name. Raises EmulatorFailed."""
    found: dict[str, str] = {}
    for arn in arns:
        try:
            secret = api.call("secretsmanager", "GetSecretValue", SecretId=arn)
        except EmulatorError as error:
            raise EmulatorFailed(f"the secret {arn} cannot be read at {api.endpoint}: {error}") from error
        if "SecretString" in secret:
            found |= dict.fromkeys((secret["ARN"], secret["Name"]), str(secret["SecretString"]))
    return found
