"""The path of a value inside an object, for error messages."""

from __future__ import annotations

import types
from pickle import PickleBuffer

from brine_codec.errors import Unsupported, shown

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    type Reducers = Mapping[type, Callable[[object], object]]
    type Path = tuple[str, str]
    """The path as messages have it, and without keys of dictionaries, as logs have it."""

LEAVES = (type(None), bool, int, float, str, bytes, bytearray, PickleBuffer)
LONGEST_PATH = 200


def locate(obj: object, table: Reducers) -> Unsupported | None:
    """Return the error for the first value that cannot be written, with its path and the reason, or None.

    For example: `orders[3].customer: type Foo is not registered`.
    """
    waiting: list[tuple[Path, object]] = [(("", ""), obj)]
    seen: dict[int, object] = {}
    while waiting:
        path, part = waiting.pop()
        if type(part) in LEAVES or id(part) in seen:
            continue
        seen[id(part)] = part
        try:
            inner = list(_parts_of(path, part, table))
        except Unsupported as error:
            full, for_log = (text[:LONGEST_PATH] or "the object" for text in path)
            return Unsupported(f"{full}: {error}", for_log=f"{for_log}: {error.for_log}")
        waiting.extend(reversed(inner))
    return None


def _parts_of(path: Path, part: object, table: Reducers) -> Iterator[tuple[Path, object]]:
    if type(part) is dict:
        for key, value in part.items():
            yield _longer(path, " key"), key
            yield _path_of_key(path, key), value
    elif type(part) in (list, tuple, set, frozenset):
        for index, item in enumerate(part):  # type: ignore[var-annotated, arg-type]  # the four types above
            yield _longer(path, f"[{index}]"), item
    elif isinstance(part, types.FunctionType) or type(part) is type:
        raise Unsupported(f"{part.__qualname__} is a {'class' if isinstance(part, type) else 'function'}, not data")
    else:
        yield from _reduced_parts(path, part, table)


def _reduced_parts(path: Path, part: object, table: Reducers) -> Iterator[tuple[Path, object]]:
    try:
        reduced = table[type(part)](part)
    except Unsupported:
        raise
    except Exception as error:  # `pack` is the caller's code
        raise Unsupported(f"{type(part).__qualname__} cannot be reduced: {type(error).__name__}") from error
    if not (isinstance(reduced, tuple) and len(reduced) == 2 and type(reduced[1]) is tuple):
        raise Unsupported(f"pack of {type(part).__qualname__} does not return a tuple")
    maker, values = reduced
    # Importing the class would import typing
    names: tuple[str, ...] = getattr(maker, "names", ()) or getattr(maker, "labels", ())
    for index, value in enumerate(values):
        yield _longer(path, f".{names[index]}" if index < len(names) else f"<{index}>"), value


def _path_of_key(path: Path, key: object) -> Path:
    if isinstance(key, str) and key.isidentifier():
        step = f".{key}"
    else:
        step = f"[{shown(key) if isinstance(key, (str, bytes)) else type(key).__name__}]"
    return _longer(path, step, "[...]")


def _longer(path: Path, step: str, for_log: str | None = None) -> Path:
    full, logged = path
    return f"{full}{step}".lstrip("."), f"{logged}{for_log or step}".lstrip(".")
