"""Makers of the containers in `collections`. Each maker takes only the plain container that it is made of."""

from __future__ import annotations

import collections

from brine_codec.errors import Undecodable, Unsupported
from brine_codec.standard.entry import entry

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from brine_codec.limits import Limits
    from brine_codec.standard.entry import StandardEntry

_FACTORIES = {"bool": bool, "dict": dict, "float": float, "int": int, "list": list, "set": set, "str": str}
"""The default factories that may be written, by name."""


def makers(limits: Limits) -> Iterator[StandardEntry]:  # noqa: ARG001 - the plain container is limited already
    """Yield the makers of OrderedDict, Counter, defaultdict and deque."""
    yield entry(
        collections.OrderedDict,
        lambda value: (dict(value),),
        _of_dict(collections.OrderedDict),
        memory=600,
        per_byte=(40, 1),
    )
    yield entry(
        collections.Counter,
        lambda value: (dict(value),),
        _of_dict(collections.Counter),
        memory=600,
        steps=40,
        per_byte=(20, 0.5),
    )
    yield entry(
        collections.defaultdict,
        lambda value: (_factory_name(value), dict(value)),
        _defaultdict,
        memory=600,
        per_byte=(20, 0.5),
    )
    yield entry(collections.deque, lambda value: (list(value), value.maxlen), _deque, memory=900, per_byte=(5, 0.1))


def _of_dict[T](cls: Callable[[dict[Any, Any]], T]) -> Callable[[object], T]:
    def make(items: object) -> T:
        if type(items) is not dict:
            raise Undecodable("the argument is not a dict")
        return cls(items)

    return make


def _defaultdict_parts(value: collections.defaultdict[object, object]) -> tuple[object, ...]:
    return _factory_name(value), dict(value)


def _factory_name(value: collections.defaultdict[object, object]) -> str | None:
    if value.default_factory is None:
        return None
    for name, factory in _FACTORIES.items():
        if value.default_factory is factory:
            return name
    raise Unsupported(f"a defaultdict's factory can be one of {', '.join(_FACTORIES)}, or None")


def _defaultdict(name: object, items: object) -> collections.defaultdict[object, object]:
    if type(items) is not dict or not (name is None or (type(name) is str and name in _FACTORIES)):
        raise Undecodable("a defaultdict is not a dict with the name of a factory")
    return collections.defaultdict(None if name is None else _FACTORIES[name], items)


def _deque(items: object, longest: object) -> collections.deque[object]:
    if type(items) is not list or not (longest is None or type(longest) is int):
        raise Undecodable("a deque is not a list with a length")
    return collections.deque(items, longest)
