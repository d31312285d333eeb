"""The classes that an annotation mentions, directly or in the fields of other classes, and their registration."""

from __future__ import annotations

import inspect
import re
import sys
import types
import typing
from hashlib import sha256

from brine_codec.classes.fields import UnresolvedAnnotationError, hints_of
from brine_codec.classes.inspection import inspect_class
from brine_codec.classes.kinds import kind_of
from brine_codec.classes.registry import check_not_callable
from brine_codec.classes.schema_version import described, schema_version
from brine_codec.standard import HOMES

if typing.TYPE_CHECKING:
    from collections.abc import Mapping

    from brine_codec.classes.fields import Hints
    from brine_codec.classes.registry import Registry

LONGEST_NAME = 100
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.-]")
_WITHOUT_OBJECTS = frozenset({"builtins", "typing", "types", "collections", "collections.abc", "abc"})
"""Modules with classes that are plain data, or that only describe other classes."""


def register_reachable(registry: Registry, annotation: object, owner: object) -> None:
    """Register the classes that `annotation` mentions: see `Registry.register_annotated`."""
    found: dict[type, Hints] = {}
    waiting = [_resolved(registry, annotation, owner)]
    seen: list[object] = []  # a part may not be hashable
    while waiting:
        part = waiting.pop()
        if any(part is other for other in seen):
            continue
        seen.append(part)
        if isinstance(part, type):
            if part not in found and (hints := _hints(registry, part)) is not None:
                found[part] = hints
                waiting += reversed(hints.values())
        else:
            waiting += reversed(_parts_of(part))
    for cls, hints in found.items():
        if cls not in registry.reducers:
            _register(registry, cls, hints)


def _resolved(registry: Registry, annotation: object, owner: object) -> object:
    """Return an annotation without names in quotes. `owner`, a function or class, says where the names are found."""
    place = inspect.unwrap(owner) if callable(owner) else owner
    module = sys.modules.get(getattr(place, "__module__", ""))
    known: dict[str, object] = {} if module is None else dict(vars(module))
    known |= getattr(place, "__globals__", {})
    others = {cls.__name__: cls for cls in registry.reducers if cls.__name__ not in known}
    holder = types.SimpleNamespace(
        __annotations__={"return": annotation}, __type_params__=getattr(place, "__type_params__", ())
    )
    try:
        return typing.get_type_hints(holder, known, others)["return"]
    except (NameError, SyntaxError) as error:
        label = f"{place.__module__}.{place.__qualname__}" if hasattr(place, "__qualname__") else "the given annotation"
        text = annotation if isinstance(annotation, str) else repr(annotation)
        reason = f"names {error.name}, which is not defined" if isinstance(error, NameError) else "is not an annotation"
        raise UnresolvedAnnotationError(
            f"{label}: its annotation {text!r} {reason} in its module when it runs: import the class there, "
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


def _hints(registry: Registry, cls: type) -> Hints | None:
    """Return the annotations of the fields of a class, or None for a class that is not registered automatically.

    Notes the reason in the registry for a class that would have to be registered by hand.
    """
    kind = kind_of(cls)
    if typing.is_typeddict(cls):
        return typing.get_type_hints(cls, localns=registry.known(cls))
    if kind is not None:
        has_pack = cls in registry.reducers and not registry.is_record(cls)
        return {} if has_pack else hints_of(cls, kind, registry.known(cls))
    package = cls.__module__.partition(".")[0]
    if (
        cls not in registry.reducers
        and (package, cls.__qualname__) not in HOMES
        and cls.__module__ not in _WITHOUT_OBJECTS
        and package not in ("numpy", "pandas")
        and not getattr(cls, "_is_protocol", False)
    ):
        registry.left_out[cls] = _advice(cls, "it has no fields that can be inspected")
    return None


def _register(registry: Registry, cls: type, hints: Mapping[str, object]) -> None:
    if typing.is_typeddict(cls):
        return
    name, version = automatic_name(cls), schema_version(cls, hints)
    try:
        check_not_callable(cls)
        maker, reducer = inspect_class(f"{name}@{version}", cls, registry.known(cls))
    except TypeError as error:
        registry.left_out[cls] = _advice(cls, str(error))
        return
    registry.add_automatic(name, version, cls, maker, reducer)


def _advice(cls: type, reason: str) -> str:
    return (
        f"{reason}. Make it a dataclass, or call "
        f"registry.register({cls.__qualname__}, version=1, pack=..., make=...) for it"
    )


def automatic_name(cls: type) -> str:
    """Return the name of a class that is registered automatically: its module and its qualified name.

    If that is too long or has other characters than a name may have, the name ends in a checksum of it.
    """
    generic = getattr(cls, "__pydantic_generic_metadata__", None)
    whole = f"{cls.__module__}.{cls.__qualname__}"
    if generic and generic["args"]:  # the name of the class says nothing about the modules of its arguments
        whole = f"{whole} {','.join(map(described, generic['args']))}"
    safe = _NOT_IN_NAMES.sub("-", whole)
    if safe == whole and len(safe) <= LONGEST_NAME and not safe[0].isdigit():
        return safe
    return f"_{safe[: LONGEST_NAME - 10]}-{sha256(whole.encode()).hexdigest()[:8]}"
