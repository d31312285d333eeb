"""Reads a configuration file: a list of TOML tables, each with known keys.

A reader converts a value from tomllib to the value that the program uses. Its ValueError names the mistake and the
correction. Every message names the file, the table, the key and the value:
`routes.toml: route "cache": freshness_lifetime = "5 min": not a duration. Write ...`.
"""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING, Any

from brine.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    type Reader = Callable[[Any], Any]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_VARIABLE = re.compile(rf"\$\{{({_NAME.pattern})\}}")
_SECRET = re.compile(r"^\{.*|(?<=//)[^/]*@", re.DOTALL)
"""Secrets in values: the JSON text of a keyring, and the user and password in a URL."""
_LONGEST_SHOWN = 80


class TableReader:
    """A reader of tables: checks the keys, reads each value, and passes them to `make` by name."""

    def __init__(
        self,
        keys: Mapping[str, Reader],
        *,
        required: tuple[str, ...] = (),
        example: str = "",
        make: Callable[..., Any] = dict,
    ) -> None:
        self.keys = keys
        self.required = required
        self._example = example
        self._make = make

    def __call__(self, value: object) -> Any:
        """Return the result of `make` for the table. Raises ValueError."""
        if not isinstance(value, dict):
            raise ValueError(f"not a table. Write {self._example}.")  # noqa: TRY004 - as every reader
        for key in value:
            if key not in self.keys:
                raise ValueError(f'unknown key "{key}". Known keys: {", ".join(sorted(self.keys))}.')
        for key in self.required:
            if key not in value:
                raise ValueError(f'no "{key}". Required keys: {", ".join(self.required)}.')
        return self._make(**{key: read_item(key, item, self.keys[key]) for key, item in value.items()})


class _InnerMistake(ValueError):
    """A mistake in a table. Its text begins with the key."""


class HiddenMistake(ValueError):
    """A mistake in a value that may be a secret, so no message shows the value."""


def read_item(key: str, value: object, read: Reader) -> Any:
    """Return the value of a key as `read` converts it. Raises ValueError that names the key and the value."""
    try:
        return read(value)
    except _InnerMistake as error:
        raise _InnerMistake(f"{key}.{error}") from None
    except HiddenMistake as error:
        raise _InnerMistake(f"{key}: {error}") from None
    except ValueError as error:
        raise _InnerMistake(f"{_assigned(key, value)}: {error}") from None


def load_tables(text: str, kind: str, source: str, *, least: int = 0) -> list[dict[str, Any]]:
    """Return the `[[kind]]` tables of a TOML text, unread. Raises ConfigError."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{source}: not valid TOML: {error}") from None
    for key in document.keys() - {kind}:
        raise ConfigError(f'{source}: unknown key "{key}". The file is a list of [[{kind}]] tables.')
    tables = document.get(kind, [])
    if not isinstance(tables, list) or len(tables) < least or not all(isinstance(table, dict) for table in tables):
        one = ", at least one" if least else ""
        raise ConfigError(f"{source}: not a list of [[{kind}]] tables{one}. Write [[{kind}]] in front of each.")
    return tables


def read_tables(
    tables: list[dict[str, Any]], kind: str, source: str, read: Reader, *, unique: tuple[str, ...] = ("name",)
) -> list[Any]:
    """Return each table as `read` converts it. Raises ConfigError, also if two tables agree in a `unique` key."""
    found = []
    for number, table in enumerate(tables, 1):
        name = table.get("name")
        label = f"{source}: {kind} {json.dumps(name, ensure_ascii=False) if isinstance(name, str) else number}"
        try:
            found.append(read(table))
        except ValueError as error:
            raise ConfigError(f"{label}: {error}") from None
        for key in unique:
            for other in range(number - 1):
                if key in table and tables[other].get(key) == table[key]:
                    raise ConfigError(
                        f"{source}: {kind} {number}: {_assigned(key, table[key])}: {kind} {other + 1} has the same. "
                        f"Choose another {key}."
                    )
    return found


def with_variables(environment: Mapping[str, str], example: str) -> Callable[[object], str]:
    """Return a reader of texts that replaces each `${NAME}`, by BRINE_VARIABLES or else by an environment variable."""

    def read(value: object) -> str:
        if not isinstance(value, str) or not value:
            raise ValueError(f"not a text. Write {example}.")
        names = _VARIABLE.findall(value)
        own = _variables(environment) if names else {}
        known = {name: own.get(name) or environment.get(name, "") for name in names}
        for name in names:
            if not known[name]:
                raise ValueError(
                    f"the environment variable {name} is not set, or is empty. Set it for the function, or in "
                    "this shell for a command such as `brine purge`, or add it to the parameter Variables of the "
                    f"stack. For `brine dev`, give --parameter Variables={name}=VALUE, if the template has it."
                )
        return _VARIABLE.sub(lambda match: known[match[1]], value)

    return read


def _variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the values of BRINE_VARIABLES by name. Raises ValueError, which shows no value."""
    found = {}
    for item in (environment.get("BRINE_VARIABLES") or "").split(","):
        name, equals, value = item.partition("=")
        if equals and _NAME.fullmatch(name.strip()):
            found[name.strip()] = value.strip()
        elif item.strip():
            raise ValueError("an item of BRINE_VARIABLES is not of the form NAME=value. Write commas between items.")
    return found


def _assigned(key: str, value: object) -> str:
    """Return a key and its value as text, like in the file. Tables and secrets are left out."""
    if isinstance(value, dict):
        return key
    if isinstance(value, str):
        value = _SECRET.sub("...", value)
    shown = json.dumps(value, ensure_ascii=False, default=str)
    return f"{key} = {shown if len(shown) <= _LONGEST_SHOWN else shown[:_LONGEST_SHOWN] + '...'}"
