"""Where inside an object the thing is that cannot be written."""

from __future__ import annotations

import types
from pickle import PickleBuffer

from brine_codec.errors import Unsupported, shown

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

LEAVES = (type(None), bool, int, float, str, bytes, bytearray, PickleBuffer)
LONGEST_PATH = 200


def locate(obj: object, table: Mapping[type, Callable[[object], object]]) -> str | None:
    """The path of the first part that cannot be written, and why: `orders[3].customer: type Foo is not registered`."""
    waiting: list[tuple[str, object]] = [("", obj)]
    seen: dict[int, object] = {}
    while waiting:
        path, part = waiting.pop()
        if type(part) in LEAVES or id(part) in seen:
            continue
        seen[id(part)] = part
        try:
            inner = list(_inside(path, part, table))
        except Unsupported as error:
            return f"{path[:LONGEST_PATH] or 'the object'}: {error}"
        waiting.extend(reversed(inner))
    return None


def _inside(path: str, part: object, table: Mapping[type, Callable[[object], object]]) -> Iterator[tuple[str, object]]:
    if type(part) is dict:
        for key, value in part.items():
            yield f"{path} key", key
            yield _step(path, key), value
    elif type(part) in (list, tuple, set, frozenset):
        for index, item in enumerate(part):  # type: ignore[var-annotated, arg-type]  # the four types above
            yield f"{path}[{index}]", item
    elif isinstance(part, types.FunctionType) or type(part) is type:
        raise Unsupported(f"{part.__qualname__} is a {'class' if isinstance(part, type) else 'function'}, not data")
    else:
        yield from _taken_apart(path, part, table)


def _taken_apart(
    path: str, part: object, table: Mapping[type, Callable[[object], object]]
) -> Iterator[tuple[str, object]]:
    try:
        reduced = table[type(part)](part)
    except Unsupported:
        raise
    except Exception as error:  # the caller's pack
        raise Unsupported(f"{type(part).__qualname__} cannot be taken apart: {type(error).__name__}") from error
    if not (isinstance(reduced, tuple) and len(reduced) == 2 and type(reduced[1]) is tuple):
        raise Unsupported(f"pack of {type(part).__qualname__} does not give a tuple")
    maker, values = reduced
    names: tuple[str, ...] = getattr(maker, "names", ())  # a record's; importing it would bring typing
    for index, value in enumerate(values):
        yield f"{path}.{names[index]}".lstrip(".") if names else f"{path}<{index}>", value


def _step(path: str, key: object) -> str:
    if isinstance(key, str) and key.isidentifier():
        return f"{path}.{key}".lstrip(".")
    return f"{path}[{shown(key) if isinstance(key, (str, bytes)) else type(key).__name__}]"
