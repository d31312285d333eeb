"""Reads texts about credentials in routes.toml: plain texts, and references to secrets.

A text may be a secret that was written by mistake where a name belongs, so no message shows one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from brine.adapters.config.mistakes import HiddenMistake
from brine.adapters.config.variables import with_variables
from brine.domain.credentials.description import SecretReference
from brine.domain.http.field_syntax import FIELD_VALUE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine.domain.credentials.description import CredentialText

_REFERENCE = re.compile(r"(?P<kind>secret|parameter):(?P<name>[A-Za-z0-9/_+=.@:-]+)(?:#(?P<member>[^#]+))?")
_HOW = 'Write "secret:NAME" for a secret of Secrets Manager, or "parameter:NAME" for a parameter of SSM'


def _hidden_text(environment: Mapping[str, str]) -> Callable[[object], str]:
    """Return a reader of texts in which `${NAME}` is a variable. No message shows the text."""
    variables = with_variables(environment, "one in quotes")

    def read(value: object) -> str:
        try:
            return variables(value)
        except ValueError as error:
            raise HiddenMistake(str(error)) from None

    return read


def credential_text(environment: Mapping[str, str]) -> Callable[[object], CredentialText]:
    """Return a reader of texts, or of references to secrets."""
    plain = _hidden_text(environment)

    def read(value: object) -> CredentialText:
        text = plain(value)
        if text.startswith(("secret:", "parameter:")):
            return _reference(text)
        if FIELD_VALUE.fullmatch(text) is None or text != text.strip():
            raise HiddenMistake("not a text that a header can have. Leave out control characters and blanks around it.")
        return text

    return read


def secret_reference(environment: Mapping[str, str]) -> Callable[[object], SecretReference]:
    """Return a reader of references to secrets."""
    plain = _hidden_text(environment)

    def read(value: object) -> SecretReference:
        text = plain(value)
        if not text.startswith(("secret:", "parameter:")):
            raise HiddenMistake(f"a secret has no place in this file. {_HOW}.")
        return _reference(text)

    return read


def _reference(text: str) -> SecretReference:
    match = _REFERENCE.fullmatch(text)
    if match is None:
        raise HiddenMistake(f"not the name or ARN of a secret. {_HOW}, and #MEMBER for one member of a JSON object.")
    kind: Literal["secret", "parameter"] = "secret" if match["kind"] == "secret" else "parameter"
    return SecretReference(kind, match["name"], match["member"])
