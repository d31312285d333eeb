"""What a field may hold, by its annotation: the classes of the value, and of what is inside of it."""

from __future__ import annotations

import types
import typing
from collections.abc import Collection, Mapping

if typing.TYPE_CHECKING:
    from collections.abc import Callable

type Classes = tuple[type, ...] | None
"""Classes that a value may be an instance of; None when the annotation does not say."""


class Kind:
    """What `classes` says of the value's type, and `inside` of what it holds.

    When the types of the items decide, `items` has them: then items of exactly these need no call of `inside`.
    """

    __slots__ = ("classes", "inside", "items")

    def __init__(
        self, classes: Classes = None, inside: Callable[[typing.Any], bool] | None = None, items: Classes = None
    ) -> None:
        self.classes = classes
        self.inside = inside
        self.items = items

    def admits(self, value: object) -> bool:
        """Whether the value fits, inside too."""
        if self.classes is not None and not isinstance(value, self.classes):
            return False
        return self.inside is None or self.inside(value)


ANYTHING = Kind()
_WIDER: dict[object, tuple[type, ...]] = {float: (float, int), complex: (complex, float, int), None: (type(None),)}


def kind_of(annotation: object) -> Kind:
    """The kind for an annotation. What cannot be checked (Any, a protocol, a recursive alias) admits anything."""
    if isinstance(annotation, typing.TypeAliasType):
        return ANYTHING if _names_itself(annotation) else kind_of(annotation.__value__)
    if isinstance(annotation, typing.NewType):
        return kind_of(annotation.__supertype__)
    if annotation in _WIDER or typing.is_typeddict(annotation):
        return Kind(_WIDER.get(annotation, (dict,)))
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is None:
        if not isinstance(annotation, type) or annotation in (object, typing.Any) or _is_protocol(annotation):
            return ANYTHING
        return Kind((annotation,))
    if origin in (typing.Annotated, typing.Final, typing.Required, typing.NotRequired):
        return kind_of(arguments[0])
    if origin is typing.Literal:
        return Kind(tuple({type(value) for value in arguments}), lambda value: value in arguments)
    if origin in (typing.Union, types.UnionType):
        return _either([kind_of(argument) for argument in arguments])
    if not isinstance(origin, type) or _is_protocol(origin):
        return ANYTHING
    return _container(origin, arguments)


def _names_itself(alias: typing.TypeAliasType) -> bool:
    waiting: list[object] = [alias.__value__]
    seen: list[object] = []  # what may not be hashable
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


def _either(kinds: list[Kind]) -> Kind:
    if any(kind.classes is None for kind in kinds):
        return ANYTHING
    classes = tuple(cls for kind in kinds for cls in kind.classes or ())
    if all(kind.inside is None for kind in kinds):
        return Kind(classes)
    return Kind(classes, lambda value: any(kind.admits(value) for kind in kinds))


def _container(origin: type, arguments: tuple[object, ...]) -> Kind:
    if issubclass(origin, Mapping) and len(arguments) == 2:
        keys, values = (_each(kind_of(argument)) for argument in arguments)
        return Kind((origin,), lambda value: keys(value) and values(value.values()))
    if issubclass(origin, tuple) and arguments[-1:] != (...,):
        kinds = [kind_of(argument) for argument in arguments]
        return Kind((origin,), lambda value: len(value) == len(kinds) and all(map(Kind.admits, kinds, value)))
    if issubclass(origin, Collection) and arguments and (item := kind_of(arguments[0])) is not ANYTHING:
        return Kind((origin,), _each(item), item.classes if item.inside is None else None)
    return Kind((origin,))


def _each(kind: Kind) -> Callable[[Collection[object]], bool]:
    """Whether the kind admits each of some values; first by their types, which is one pass in C."""
    if kind.classes is None:
        return lambda _: True
    classes, inside = kind.classes, kind.inside
    exactly = frozenset(classes).issuperset

    def fits(values: Collection[object]) -> bool:
        if not exactly(map(type, values)) and not all(issubclass(cls, classes) for cls in set(map(type, values))):
            return False
        return inside is None or all(map(inside, values))

    return fits
