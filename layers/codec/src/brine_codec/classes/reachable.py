"""The classes that an annotation mentions, directly or in the fields of other classes."""

from __future__ import annotations

import inspect
import sys
import types
import typing

from brine_codec.classes.fields import hints_of
from brine_codec.classes.hints import UnresolvedAnnotationError, local_names, resolved_hints, type_hints
from brine_codec.classes.kinds import kind_of
from brine_codec.standard import HOMES

if typing.TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from brine_codec.classes.hints import Hints

_WITHOUT_OBJECTS = frozenset({"builtins", "typing", "types", "collections", "collections.abc", "abc"})
"""Modules with classes that are plain data, or that only describe other classes."""


class Mentioned(typing.NamedTuple):
    """The classes that an annotation mentions.

    classes: those with fields, with the annotations of the fields. plain: those that can only be registered by hand.
    has_arrays: whether a class of numpy or pandas is mentioned.
    """

    classes: dict[type, Hints]
    plain: list[type]
    has_arrays: bool


def mentioned_classes(
    annotation: object,
    owner: object,
    registered: Collection[type],
    inspected: Collection[type],
    known: Callable[[type], Mapping[str, object]],
) -> Mentioned:
    """Return the classes that `annotation` mentions: see `Registry.register_annotated`.

    registered, inspected: all registered classes, and those that were registered by their fields. known: returns
    further names that the annotations of a class may use. Raises UnresolvedAnnotationError.
    """
    classes: dict[type, Hints] = {}
    plain: list[type] = []
    has_arrays = False
    waiting = [_resolved(annotation, owner, registered)]
    seen: list[object] = []  # a part may not be hashable
    while waiting:
        part = waiting.pop()
        if any(part is other for other in seen):
            continue
        seen.append(part)
        if not isinstance(part, type):
            waiting += reversed(_parts_of(part))
        elif typing.is_typeddict(part):
            waiting += resolved_hints(part, known(part)).values()
        elif (kind := kind_of(part)) is not None:
            if part not in registered or part in inspected:  # pack may leave out any field
                classes[part] = hints_of(part, kind, known(part))
                waiting += reversed(classes[part].values())
        elif part.__module__.partition(".")[0] in ("numpy", "pandas"):
            has_arrays = True
        elif part not in registered and _has_content(part):
            plain.append(part)
    return Mentioned(classes, plain, has_arrays)


def _resolved(annotation: object, owner: object, registered: Collection[type]) -> object:
    """Return an annotation without names in quotes. `owner`, a function or class, says where the names are found."""
    place = inspect.unwrap(owner) if callable(owner) else owner
    module = sys.modules.get(getattr(place, "__module__", ""))
    known: dict[str, object] = {} if module is None else dict(vars(module))
    known |= getattr(place, "__globals__", {})
    others = {cls.__name__: cls for cls in tuple(registered) if cls.__name__ not in known}
    holder = types.SimpleNamespace(
        __annotations__={"return": annotation}, __type_params__=getattr(place, "__type_params__", ())
    )
    try:
        return type_hints(holder, known, local_names(holder, others))["return"]
    except (NameError, AttributeError, SyntaxError) as error:
        label = f"{place.__module__}.{place.__qualname__}" if hasattr(place, "__qualname__") else "the given annotation"
        text = annotation if isinstance(annotation, str) else repr(annotation)
        name = getattr(error, "name", None)
        reason = f"names {name}, which is not defined" if name else "is not an annotation"
        raise UnresolvedAnnotationError(
            f"{label}: its annotation {text!r} {reason} in its module when it runs: define or import the class there, "
            "outside of `if TYPE_CHECKING`, or register the class first"
        ) from error


def _parts_of(part: object) -> list[object]:
    """Return the annotations inside an annotation that is not a class."""
    if isinstance(part, typing.TypeAliasType):
        return [part.__value__]
    if isinstance(part, typing.NewType):
        return [part.__supertype__]
    if isinstance(part, typing.TypeVar):
        return [part.__bound__, *part.__constraints__]
    origin, arguments = typing.get_origin(part), typing.get_args(part)
    if origin is typing.Literal:
        return [type(value) for value in arguments]
    if origin is typing.Annotated:
        return [arguments[0]]
    return [] if origin is None or origin is type else [origin, *arguments]


def _has_content(cls: type) -> bool:
    """Return whether objects of a class without fields would have to be registered by hand."""
    package = cls.__module__.partition(".")[0]
    is_standard = (package, cls.__qualname__) in HOMES or cls.__module__ in _WITHOUT_OBJECTS
    return not is_standard and not getattr(cls, "_is_protocol", False)
