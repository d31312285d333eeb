"""Reads types.toml: the classes that may pass through the gateway, which does not have its users' code.

The file is a list of `[[type]]` tables. Its description for people is docs/formats.md, for editors
layers/routes/types.schema.json. Each table becomes a frozen dataclass or an Enum. The gateway seals it under the same
tag as the class in its users' code.
"""

from __future__ import annotations

import dataclasses
import enum
import keyword
import re
from typing import TYPE_CHECKING, Any

from brine.adapters.config.field_types import MODULE, annotation
from brine.adapters.config.mistakes import FoundMistake, MistakeLog, Mistakes, read_items, read_list
from brine.adapters.config.tables import TableReader, find_tables, read_tables
from brine.adapters.config.values import whole
from brine.domain.formats.allowed_types import Declarations, DeclaredType

if TYPE_CHECKING:
    from collections.abc import Collection

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}")
_MEMBER = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}")
_TAKEN = {"mro", "name", "value"}
"""Names that a member of an Enum cannot have."""


def parse_types(text: str, *, source: str = "types.toml") -> Declarations:
    """Return the classes that `text` declares. Raises ConfigError."""
    log = MistakeLog(source)
    types = find_types(text, log)
    log.check()
    return Declarations({one.name: one for one in types if one is not None})


def find_types(text: str, log: MistakeLog) -> list[DeclaredType | None]:
    """Return the classes that `text` declares, None for each with a mistake. Adds the mistakes to the log."""
    tables = find_tables(text, "type", log)
    names = {table["name"] for table in tables if isinstance(table.get("name"), str)}
    return read_tables(tables, "type", log, type_table(names))


def type_table(names: Collection[str]) -> TableReader:
    """Return the reader of a `[[type]]` table in a file that declares these names."""

    def fields(value: object) -> tuple[list[tuple[str, Any]], dict[str, str]]:
        if not isinstance(value, dict):
            raise ValueError('not a table. Write names and types, such as { id = "str", total = "Decimal" }.')  # noqa: TRY004 - as all
        uses: dict[str, str] = {}

        def field_type(text: object) -> object:
            if not isinstance(text, str):
                raise ValueError('not a type. Write it in quotes, such as "str".')  # noqa: TRY004 - as all
            return annotation(text, names, uses)

        mistakes = [
            FoundMistake(f'"{name}" is not a field name. Write a Python identifier.', (name,), given="", is_key=True)
            for name in value
            if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("__")
        ]
        try:
            found = read_items((name, text, field_type) for name, text in value.items())
        except Mistakes as error:
            raise Mistakes(*mistakes, *error.found) from None
        if mistakes:
            raise Mistakes(*mistakes)
        return list(found.items()), uses

    keys = {"name": _name, "version": whole(1, 10**9 - 1), "fields": fields, "members": _members}
    return TableReader(keys, required=("name", "version"), make=_declared, rules=(_either,))


def _either(_: object, given: Collection[str]) -> None:
    if ("fields" in given) is ("members" in given):
        raise ValueError('a type needs either "fields" or, for an enum, "members". Write one of both.')


def _declared(
    *,
    name: str,
    version: int,
    fields: tuple[list[tuple[str, Any]], dict[str, str]] | None = None,
    members: list[str] | None = None,
) -> DeclaredType:
    class_name = re.sub(r"\W", "_", name)
    if fields is not None:
        annotations, uses = fields
        cls = dataclasses.make_dataclass(class_name, annotations, frozen=True, slots=True, module=MODULE)
        return DeclaredType(name, version, cls, uses)
    members_class: type = enum.Enum(class_name, members or (), module=MODULE)  # type: ignore[misc]  # mypy wants literals
    return DeclaredType(name, version, members_class, {})


def _name(value: object) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise ValueError('not a name. Write letters, digits, "_", "." and "-", such as "shop.Order".')
    return value


def _members(value: object) -> list[str]:
    if not isinstance(value, list) or not value:
        raise ValueError('not a list of names. Write names in quotes, such as ["RED", "GREEN"].')
    read_list(value, _check_member)
    if len(set(value)) < len(value):
        raise ValueError("a name is there twice. Write each once.")
    return value


def _check_member(member: object) -> None:
    if not isinstance(member, str) or not _MEMBER.fullmatch(member) or member in _TAKEN:
        raise ValueError(f'{member!r} is not a member name. Write letters, digits and "_", such as "RED".')
