"""Declarations of types for the gateway: from a registry, as `brine types` writes them, and compared."""

from __future__ import annotations

import dataclasses
import enum
from typing import TYPE_CHECKING

from brine.adapters.config.types import parse_types
from brine_cli.declared_types.document import written
from brine_cli.declared_types.type_table import tables_of

if TYPE_CHECKING:
    from brine.domain.formats.allowed_types import Declarations
    from brine_codec import Registry


def generated_text(registry: Registry) -> str:
    """The generated file of these classes."""
    return written(tables_of(registry, ()), ["a test"], "")


def generated(registry: Registry) -> Declarations:
    """The declarations that the gateway reads from the generated file."""
    return parse_types(generated_text(registry))


def content(declarations: Declarations) -> dict[str, object]:
    """The content of declarations, in a form that is equal for equal declarations.

    The symbols in annotations count as the names for which they stand.
    """
    return {
        name: (declared.version, _fields(declared.cls, declared.uses))
        for name, declared in declarations.by_name.items()
    }


def _fields(cls: type, uses: object) -> object:
    if issubclass(cls, enum.Enum):
        return list(cls.__members__)
    return [(field.name, field.type) for field in dataclasses.fields(cls)], uses  # type: ignore[arg-type]  # a dataclass
