"""The claims that the user gives with `brine dev --claims` and `brine token`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brine_cli.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Iterable


def read_claims(given: Iterable[str]) -> dict[str, Any]:
    """Return the claims of these arguments, each NAME=VALUE or the path of a JSON file with an object.

    A VALUE that begins with [ or { is JSON. Later arguments replace claims of earlier ones. Raises CommandError.
    """
    claims: dict[str, Any] = {}
    for argument in given:
        name, equals, value = argument.partition("=")
        if not equals:
            claims |= _of_file(Path(argument))
        elif not name:
            raise CommandError(f"the claim {argument!r} has no name. Write NAME=VALUE, such as sub=ada")
        else:
            claims[name] = _value(name, value)
    return claims


def _value(name: str, text: str) -> Any:
    if not text.startswith(("[", "{")):
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise CommandError(f"the value of the claim {name} is not JSON: {error}. Write it as JSON in quotes") from None


def _of_file(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandError(
            f"the file of claims {path} cannot be read: {error.strerror}. For one claim, write NAME=VALUE"
        ) from None
    except ValueError as error:
        raise CommandError(f"the file of claims {path} is not JSON: {error}. Write an object of claims") from None
    if not isinstance(content, dict):
        raise CommandError(f'the file of claims {path} is not an object. Write {{"sub": "ada"}}, for example')
    return content
