"""The SSM parameters of templates in the AWS emulator, and the secrets there that a template reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from brine_cli.emulators.resources import aws_client
from brine_cli.errors import EmulatorFailed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from brine_cli.template.ssm import SsmParameter


def put_parameters(parameters: Iterable[SsmParameter], endpoint: str) -> None:
    """Create these parameters at an AWS endpoint, or give them their values. Raises EmulatorFailed."""
    for parameter in parameters:
        try:
            aws_client("ssm", endpoint).put_parameter(
                Name=parameter.name, Value=parameter.value, Type=parameter.kind, Overwrite=True
            )
        except (ClientError, BotoCoreError) as error:
            raise EmulatorFailed(
                f"the SSM parameter {parameter.name} cannot be created at {endpoint}: {error}"
            ) from error


def secret_texts(arns: Iterable[str], endpoint: str) -> dict[str, str]:
    """Return the texts of secrets at an AWS endpoint, by ARN and by name. Raises EmulatorFailed."""
    found: dict[str, str] = {}
    for arn in arns:
        try:
            secret = aws_client("secretsmanager", endpoint).get_secret_value(SecretId=arn)
        except (ClientError, BotoCoreError) as error:
            raise EmulatorFailed(f"the secret {arn} cannot be read at {endpoint}: {error}") from error
        if "SecretString" in secret:
            found |= dict.fromkeys((secret["ARN"], secret["Name"]), str(secret["SecretString"]))
    return found
