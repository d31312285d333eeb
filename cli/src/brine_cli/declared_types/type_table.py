"""The `[[type]]` tables of a registry's classes, as types.toml has them."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from brine.adapters.config.field_types import TYPE_NAMES
from brine.adapters.config.types import type_table
from brine_cli.declared_types.field_text import FieldTexts, either
from brine_cli.errors import CommandError, shown
from brine_codec.classes.kinds import kind_of
from brine_codec.classes.stored_values import annotations_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from brine_codec import Registry

_ADVICE: Final = 'Change the class, or leave it out: leave_out = ["{name}"] in [tool.brine.types] of pyproject.toml'


@dataclass(frozen=True, slots=True)
class TypeTable:
    """One `[[type]]` table.

    fields: None for an Enum. members: None for all other classes. place: the file and line of the class.
    """

    name: str
    version: int
    fields: Mapping[str, str] | None
    members: tuple[str, ...] | None
    place: str = field(compare=False)

    def as_toml(self) -> dict[str, Any]:
        """Return the table as tomllib reads it."""
        content = {"members": list(self.members or ())} if self.fields is None else {"fields": dict(self.fields)}
        return {"name": self.name, "version": self.version, **content}

    def joined(self, other: TypeTable) -> TypeTable | None:
        """Return one table for both, or None if they are of classes that are not alike.

        Two sources may have one class and other subclasses of the classes in its fields. Then a field takes both.
        """
        if self == other:
            return self
        is_same = (self.version, self.place, self.members) == (other.version, other.place, other.members)
        if not is_same or self.fields is None or other.fields is None or list(self.fields) != list(other.fields):
            return None
        fields = {name: either(dict.fromkeys((text, other.fields[name]))) for name, text in self.fields.items()}
        return replace(self, fields=fields)


def tables_of(registry: Registry, leave_out: Collection[str]) -> list[TypeTable]:
    """Return the tables of all classes of a registry, except those with a name in `leave_out`.

    Raises CommandError with each class that types.toml cannot declare.
    """
    wanted = {
        cls: name
        for cls, (name, _) in registry.registered.items()
        if name not in leave_out and not (kind_of(cls) == "enum" and not _members(cls))  # no object of it exists
    }
    texts = FieldTexts(wanted)
    mistakes = []
    tables = []
    for cls, name in wanted.items():
        try:
            tables.append(_table(cls, registry, texts, wanted.values()))
        except (TypeError, ValueError) as error:
            advice = _ADVICE.format(name=name)
            mistakes.append(f"{place_of(cls)}: {name} ({cls.__qualname__}) cannot be declared: {error} {advice}.")
    if mistakes:
        raise CommandError("\n".join(mistakes))
    return tables


def _table(cls: type, registry: Registry, texts: FieldTexts, names: Collection[str]) -> TypeTable:
    name, version = registry.registered[cls]
    kind = kind_of(cls)
    if cls in registry.packed:
        raise ValueError("it is registered with pack and make, and only its own code can check what pack returns.")
    if kind == "flag":
        raise ValueError("it is a Flag, and the gateway knows only the members of an Enum.")
    if name in TYPE_NAMES:
        raise ValueError(f'"{name}" is a field type already. Register the class by another name.')
    fields = members = None
    if kind == "enum":
        members = _members(cls)
    else:
        annotations = annotations_of(cls, registry.known(cls))
        fields = {field: texts.text(annotation) for field, annotation in annotations.items()}
    table = TypeTable(name, version, fields, members, place_of(cls))
    type_table(names)(table.as_toml())  # the gateway's own check
    return table


def _members(cls: Any) -> tuple[str, ...]:
    """Return the names of an Enum's members, and their aliases."""
    return tuple(cls.__members__)


def place_of(cls: type) -> str:
    """Return the file and the line of a class, or its module if these are not known."""
    try:
        return f"{shown(Path(inspect.getsourcefile(cls) or ''))}:{inspect.getsourcelines(cls)[1]}"
    except (OSError, TypeError):
        return cls.__module__
