"""The values that an annotation allows, as checks that are fast enough for every value of a field."""

from __future__ import annotations

import types
import typing
from collections.abc import Collection, Mapping

from brine_codec.classes.kinds import kind_of

if typing.TYPE_CHECKING:
    from collections.abc import Callable

type Classes = tuple[type, ...] | None
"""Classes of which a value may be an instance, or None if the annotation does not name any."""


class FieldType:
    """The values that a field may hold: instances of `classes`, for which `inside` returns True.

    If only the types of its items decide, `items` names these types. Items of exactly these types need no call of
    `inside`.
    """

    __slots__ = ("classes", "inside", "items")

    def __init__(
        self, classes: Classes = None, inside: Callable[[typing.Any], bool] | None = None, items: Classes = None
    ) -> None:
        self.classes = classes
        self.inside = inside
        self.items = items

    def admits(self, value: object) -> bool:
        """Return whether the field may hold `value`, including its items."""
        if self.classes is not None and not isinstance(value, self.classes):
            return False
        return self.inside is None or self.inside(value)


ANYTHING = FieldType()
_WIDER: dict[object, tuple[type, ...]] = {float: (float, int), complex: (complex, float, int), None: (type(None),)}


def field_type_of(annotation: object) -> FieldType:
    """Return the FieldType of an annotation.

    An annotation that cannot be checked allows any value (Any, protocols, recursive aliases).
    """
    if isinstance(annotation, typing.TypeAliasType):
        return ANYTHING if names_itself(annotation) else field_type_of(annotation.__value__)
    if isinstance(annotation, typing.NewType):
        return field_type_of(annotation.__supertype__)
    if annotation in _WIDER or typing.is_typeddict(annotation):
        return FieldType(_WIDER.get(annotation, (dict,)))
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is None:
        if not isinstance(annotation, type) or annotation in (object, typing.Any) or _is_protocol(annotation):
            return ANYTHING
        return FieldType((annotation,))
    if origin in (typing.Annotated, typing.Final, typing.Required, typing.NotRequired):
        return field_type_of(arguments[0])
    if origin is typing.Literal:
        return FieldType(tuple({type(value) for value in arguments}), lambda value: value in arguments)
    if origin in (typing.Union, types.UnionType):
        return _either([field_type_of(argument) for argument in arguments])
    if not isinstance(origin, type) or _is_protocol(origin):
        return ANYTHING
    return _container(origin, arguments)


def names_itself(alias: typing.TypeAliasType) -> bool:
    """Return whether an alias occurs in its own value, directly or through other aliases."""
    waiting: list[object] = [alias.__value__]
    seen: list[object] = []  # a part may not be hashable
    while waiting:
        part = waiting.pop()
        if part is alias:
            return True
        if part not in seen:
            seen.append(part)
            waiting += [part.__value__] if isinstance(part, typing.TypeAliasType) else typing.get_args(part)
    return False


def _is_protocol(cls: type) -> bool:
    return getattr(cls, "_is_protocol", False)


def _either(field_types: list[FieldType]) -> FieldType:
    if any(field_type.classes is None for field_type in field_types):
        return ANYTHING
    classes = tuple(cls for field_type in field_types for cls in field_type.classes or ())
    if all(field_type.inside is None for field_type in field_types):
        return FieldType(classes)
    return FieldType(classes, lambda value: any(field_type.admits(value) for field_type in field_types))


def _container(origin: type, arguments: tuple[object, ...]) -> FieldType:
    if kind_of(origin) is not None:  # a generic class with fields: its arguments are not the types of items
        return FieldType((origin,))
    if issubclass(origin, Mapping) and len(arguments) == 2:
        keys, values = (_each(field_type_of(argument)) for argument in arguments)
        return FieldType((origin,), lambda value: keys(value) and values(value.values()))
    if issubclass(origin, tuple) and arguments[-1:] != (...,):
        field_types = [field_type_of(argument) for argument in arguments]
        admits = FieldType.admits
        return FieldType(
            (origin,), lambda value: len(value) == len(field_types) and all(map(admits, field_types, value))
        )
    has_items = len(arguments) == 1 or arguments[1:] == (...,)  # numpy.ndarray has a shape and a dtype
    if issubclass(origin, Collection) and has_items and (item := field_type_of(arguments[0])) is not ANYTHING:
        return FieldType((origin,), _each(item), item.classes if item.inside is None else None)
    return FieldType((origin,))


def _each(field_type: FieldType) -> Callable[[Collection[object]], bool]:
    """Return a function that checks all values of a collection: their types first, which is one pass in C."""
    if field_type.classes is None:
        return lambda _: True
    classes, inside = field_type.classes, field_type.inside
    exactly = frozenset(classes).issuperset

    def fits(values: Collection[object]) -> bool:
        if not exactly(map(type, values)) and not all(issubclass(cls, classes) for cls in set(map(type, values))):
            return False
        return inside is None or all(map(inside, values))

    return fits
