"""Secrets for the credentials of routes, from a file beside the code: one NAME=VALUE in each line.

The file is like a `.env` file: empty lines and lines that begin with "#" do not count, and quotes around a value are
no part of it. A name is that of a secret in routes.toml, without "secret:". `parameter:NAME` is a parameter of SSM.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from brine_cli.emulators.resources import aws_client
from brine_cli.errors import CommandError, EmulatorFailed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from brine.domain.credentials.description import SecretReference

_LINE = re.compile(r"(?:(?P<kind>secret|parameter):)?(?P<name>[A-Za-z0-9/_+.@:-]+)\s*=\s*(?P<text>.+)")

type SecretTextByPlace = dict[tuple[str, str], str]
"""Texts by kind (`secret` or `parameter`) and name."""


def read_secret_file(path: Path) -> SecretTextByPlace:
    """Return the secrets of a file. Raises CommandError, which shows no text of the file."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"the file of secrets cannot be read: {error}") from None
    found: SecretTextByPlace = {}
    for number, line in enumerate(map(str.strip, lines), 1):
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise CommandError(f"{path}:{number}: not a secret. Write NAME=VALUE, or parameter:NAME=VALUE.")
        found[match["kind"] or "secret", match["name"]] = _unquoted(match["text"])
    return found


def put_secrets(secrets: Mapping[tuple[str, str], str], endpoint: str) -> None:
    """Create these secrets and parameters at an AWS endpoint, or give them their texts. Raises EmulatorFailed."""
    for (kind, name), text in secrets.items():
        try:
            if kind == "parameter":
                aws_client("ssm", endpoint).put_parameter(Name=name, Value=text, Type="SecureString", Overwrite=True)
            else:
                _put_secret(name, text, endpoint)
        except (ClientError, BotoCoreError) as error:
            raise EmulatorFailed(f"{kind}:{name} cannot be created at {endpoint}: {error}") from error


def missing(references: Iterable[SecretReference], endpoint: str) -> Iterator[SecretReference]:
    """Yield the references to secrets that are not at an AWS endpoint, each once. Raises EmulatorFailed."""
    for reference in dict.fromkeys(references):
        try:
            if reference.kind == "parameter":
                aws_client("ssm", endpoint).get_parameter(Name=reference.name)
            else:
                aws_client("secretsmanager", endpoint).describe_secret(SecretId=reference.name)
        except ClientError as error:
            if error.response["Error"]["Code"] in {"ParameterNotFound", "ResourceNotFoundException"}:
                yield reference
        except BotoCoreError as error:
            raise EmulatorFailed(f"{reference} cannot be looked up at {endpoint}: {error}") from error


def _put_secret(name: str, text: str, endpoint: str) -> None:
    secrets_manager = aws_client("secretsmanager", endpoint)
    try:
        secrets_manager.create_secret(Name=name, SecretString=text)
    except secrets_manager.exceptions.ResourceExistsException:
        secrets_manager.put_secret_value(SecretId=name, SecretString=text)


def _unquoted(text: str) -> str:
    quote = text[0]
    return text[1:-1] if quote in "\"'" and len(text) > 1 and text[-1] == quote else text
