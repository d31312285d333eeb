"""Secrets for the credentials of routes, from a file beside the code: one NAME=VALUE in each line.

The file is like a `.env` file: empty lines and lines that begin with "#" do not count, and quotes around a value are
no part of it. A name is that of a secret in routes.toml, without "secret:". `parameter:NAME` is a parameter of SSM.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from brine_cli.emulators.api import EmulatorError
from brine_cli.errors import CommandError, EmulatorFailed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from brine.domain.credentials.description import SecretReference
    from brine_cli.emulators.api import EmulatorApi

_LINE = re.compile(r"(?:(?P<kind>secret|parameter):)?(?P<name>[A-Za-z0-9/_+.@:-]+)\s*=\s*(?P<text>.+)")

_MISSING = frozenset({"ParameterNotFound", "ResourceNotFoundException"})

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


def put_secrets(secrets: Mapping[tuple[str, str], str], api: EmulatorApi) -> None:
    """Create these secrets and parameters, or give them their texts. Raises EmulatorFailed."""
    for (kind, name), text in secrets.items():
        try:
            if kind == "parameter":
                api.call("ssm", "PutParameter", Name=name, Value=text, Type="SecureString", Overwrite=True)
            else:
                _put_secret(name, text, api)
        except EmulatorError as error:
            raise EmulatorFailed(f"{kind}:{name} cannot be created at {api.endpoint}: {error}") from error


def missing(references: Iterable[SecretReference], api: EmulatorApi) -> Iterator[SecretReference]:
    """Yield the references to secrets that the emulator does not have, each once. Raises EmulatorFailed."""
    for reference in dict.fromkeys(references):
        try:
            if reference.kind == "parameter":
                api.call("ssm", "GetParameter", Name=reference.name)
            else:
                api.call("secretsmanager", "DescribeSecret", SecretId=reference.name)
        except EmulatorError as error:
            if error.code not in _MISSING:
                raise EmulatorFailed(f"{reference} cannot be looked up at {api.endpoint}: {error}") from error
            yield reference


def _put_secret(name: str, text: str, api: EmulatorApi) -> None:
    try:
        api.call("secretsmanager", "CreateSecret", Name=name, SecretString=text)
    except EmulatorError as error:
        if error.code != "ResourceExistsException":
            raise
        api.call("secretsmanager", "PutSecretValue", SecretId=name, SecretString=text)


def _unquoted(text: str) -> str:
    quote = text[0]
    return text[1:-1] if quote in "\"'" and len(text) > 1 and text[-1] == quote else text
