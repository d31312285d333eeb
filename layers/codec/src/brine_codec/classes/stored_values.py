"""The values that an envelope holds of an object of a class: their names and annotations."""

from __future__ import annotations

import typing

from brine_codec.classes.fields import hints_of
from brine_codec.classes.kinds import kind_of

if typing.TYPE_CHECKING:
    from collections.abc import Mapping

    from brine_codec.classes.hints import Hints


def annotations_of(cls: type, names: Mapping[str, object]) -> Hints:
    """Return the annotation of each value that an envelope holds of an object of `cls`, by name and in order.

    An Enum has none. names: further names that annotations may use, as `Registry.known` returns them. Raises TypeError
    for a class that cannot be inspected.
    """
    kind = kind_of(cls)
    if kind is None:
        raise TypeError(f"{cls.__qualname__} has no fields that can be inspected")
    hints = hints_of(cls, kind, names)
    if kind != "pydantic":
        return hints
    from brine_codec.classes.models import FIELDS_SET, type_of_values  # noqa: PLC0415 - rarely needed

    return {name: type_of_values(hint) for name, hint in hints.items()} | {FIELDS_SET: int}
