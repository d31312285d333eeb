"""types.toml: the classes that may pass through the gateway, which does not have its users' code.

The file is a list of `[[type]]` tables; layers/routes/types.schema.json describes it for editors, docs/formats.md for
people. Each becomes a frozen dataclass, or an Enum, that is sealed under the same tag as the users' own.
"""

from __future__ import annotations

import dataclasses
import enum
import keyword
import re
import tomllib
from typing import TYPE_CHECKING, Any, NoReturn

from brine.adapters.config.field_types import MODULE, annotation
from brine.adapters.config.positions import Positions, not_toml
from brine.domain.formats.allowed_types import Declarations, DeclaredType
from brine.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Collection

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}")
_MEMBER = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}")
_KEYS = {"name", "version", "fields", "members"}
_TAKEN = {"mro", "name", "value"}
"""What no member of an Enum can be called."""


def parse_types(text: str, *, source: str = "types.toml") -> Declarations:
    """The classes that `text` declares. Raises ConfigError: `source:line:column: what is wrong`."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise not_toml(error, text, source) from None
    return _Reader(Positions(text), source).declarations(document)


class _Reader:
    """One reading of one file: knows where it is, so that it can say so."""

    def __init__(self, positions: Positions, source: str) -> None:
        self._positions = positions
        self._source = source

    def fail(self, index: int | None, keys: tuple[str, ...], message: str) -> NoReturn:
        line, column = self._positions.find(index, keys)
        raise ConfigError(f"{self._source}:{line}:{column}: {message}") from None

    def declarations(self, document: dict[str, Any]) -> Declarations:
        for key in document.keys() - {"type"}:
            self.fail(None, (key,), f'unknown key "{key}": the file is a list of [[type]] tables')
        tables = document.get("type", [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self.fail(None, ("type",), "the file is a list of [[type]] tables")
        names = [self.name(index, table) for index, table in enumerate(tables)]
        for index, name in enumerate(names):
            if name in names[:index]:
                self.fail(index, ("name",), f'there is already a type named "{name}"')
        return Declarations({name: self.declared(index, tables[index], names) for index, name in enumerate(names)})

    def name(self, index: int, table: dict[str, Any]) -> str:
        for key in table.keys() - _KEYS:
            self.fail(index, (key,), f'unknown key "{key}"; a type knows {", ".join(sorted(_KEYS))}')
        for key in ("name", "version"):
            if key not in table:
                self.fail(index, (), f'the type has no "{key}"')
        name: object = table["name"]
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            self.fail(index, ("name",), '"name" must be letters, digits, "_", "." and "-", such as "shop.Order"')
        return name

    def declared(self, index: int, table: dict[str, Any], names: Collection[str]) -> DeclaredType:
        version: object = table["version"]
        if not isinstance(version, int) or isinstance(version, bool) or not 0 < version < 10**9:
            self.fail(index, ("version",), '"version" must be a number from 1 on')
        if ("fields" in table) == ("members" in table):
            self.fail(index, (), 'the type needs either "fields" or, for an enum, "members"')
        if "members" in table:
            return DeclaredType(table["name"], version, self.members(index, table), {})
        cls, uses = self.fields(index, table, names)
        return DeclaredType(table["name"], version, cls, uses)

    def members(self, index: int, table: dict[str, Any]) -> type:
        members: object = table["members"]
        if not isinstance(members, list) or not members:
            self.fail(index, ("members",), '"members" must be a list of names in quotes')
        for member in members:
            if not isinstance(member, str) or not _MEMBER.fullmatch(member) or member in _TAKEN:
                self.fail(index, ("members",), f'"members" has {member!r}, which is no name of a member')
        if len(set(members)) < len(members):
            self.fail(index, ("members",), '"members" has a name twice')
        made: type = enum.Enum(_class_name(table["name"]), members, module=MODULE)  # type: ignore[misc]  # mypy wants literals
        return made

    def fields(self, index: int, table: dict[str, Any], names: Collection[str]) -> tuple[type, dict[str, str]]:
        fields: object = table["fields"]
        if not isinstance(fields, dict):
            self.fail(index, ("fields",), '"fields" must be a table, such as { id = "str", total = "Decimal" }')
        uses: dict[str, str] = {}
        annotations: list[tuple[str, Any]] = []
        for name, text in fields.items():
            if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("__"):
                self.fail(index, ("fields", name), f'"{name}" is no name of a field')
            if not isinstance(text, str):
                self.fail(index, ("fields", name), f'the type of "{name}" must be in quotes')
            try:
                annotations.append((name, annotation(text, names, uses)))
            except ValueError as error:
                self.fail(index, ("fields", name), f'"{name}" {error}')
        made = dataclasses.make_dataclass(
            _class_name(table["name"]), annotations, frozen=True, slots=True, module=MODULE
        )
        return made, uses


def _class_name(name: str) -> str:
    return re.sub(r"\W", "_", name)
