"""The path of a value inside an object, for error messages."""

from __future__ import annotations

import types
from pickle import PickleBuffer

from brine_codec.errors import Unsupported, shown

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    type Reducers = Mapping[type, Callable[[object], object]]

LEAVES = (type(None), bool, int, float, str, bytes, bytearray, PickleBuffer)
LONGEST_PATH = 200


def locate(obj: object, table: Reducers) -> str | None:
    """Return the path of the first value that cannot be written, with the reason, or None.

    For example: `orders[3].customer: type Foo is not registered`.
    """
    waiting: list[tuple[str, object]] = [("", obj)]
    seen: dict[int, object] = {}
    while waiting:
        path, part = waiting.pop()
        if type(part) in LEAVES or id(part) in seen:
            continue
        seen[id(part)] = part
        try:
            inner = list(_parts_of(path, part, table))
        except Unsupported as error:
            return f"{path[:LONGEST_PATH] or 'the object'}: {error}"
        waiting.extend(reversed(inner))
    return None


def _parts_of(path: str, part: object, table: Reducers) -> Iterator[tuple[str, object]]:
    if type(part) is dict:
        for key, value in part.items():
            yield f"{path} key", key
            yield _path_of_key(path, key), value
    elif type(part) in (list, tuple, set, frozenset):
        for index, item in enumerate(part):  # type: ignore[var-annotated, arg-type]  # the four types above
            yield f"{path}[{index}]", item
    elif isinstance(part, types.FunctionType) or type(part) is type:
        raise Unsupported(f"{part.__qualname__} is a {'class' if isinstance(part, type) else 'function'}, not data")
    else:
        yield from _reduced_parts(path, part, table)


def _reduced_parts(path: str, part: object, table: Reducers) -> Iterator[tuple[str, object]]:
    try:
        reduced = table[type(part)](part)
    except Unsupported:
        raise
    except Exception as error:  # `pack` is the caller's code
        raise Unsupported(f"{type(part).__qualname__} cannot be reduced: {type(error).__name__}") from error
    if not (isinstance(reduced, tuple) and len(reduced) == 2 and type(reduced[1]) is tuple):
        raise Unsupported(f"pack of {type(part).__qualname__} does not return a tuple")
    maker, values = reduced
    names: tuple[str, ...] = getattr(maker, "names", ())  # of a record; importing the class would import typing
    for index, value in enumerate(values):
        yield f"{path}.{names[index]}".lstrip(".") if names else f"{path}<{index}>", value


def _path_of_key(path: str, key: object) -> str:
    if isinstance(key, str) and key.isidentifier():
        return f"{path}.{key}".lstrip(".")
    return f"{path}[{shown(key) if isinstance(key, (str, bytes)) else type(key).__name__}]"
