"""An unpickler in Python that records each call, with its argument tuple, and each container that it fills."""

from __future__ import annotations

import io
import pickle
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Callable

_Pure: Any = pickle._Unpickler


class Made:
    """An object in place of one that a maker made: hashable, without any of the methods that opcodes call."""

    def __init__(self, tag: str) -> None:
        self.tag = tag


class Tagged:
    """An object in place of a maker."""

    def __init__(self, tag: str) -> None:
        self.tag = tag

    def __call__(self, *_: object) -> Made:
        return Made(self.tag)


class Wrong(AssertionError):
    """Something happened that the gate promises never to let through."""


class Model(_Pure):  # type: ignore[misc]  # as above
    """Reads a stream that the gate let through. Raises Wrong for a forbidden action, or any other error."""

    dispatch: ClassVar[dict[int, Callable[[Any], None]]] = dict(_Pure.dispatch)

    def __init__(self, stream: bytes, buffers: list[bytes]) -> None:
        super().__init__(io.BytesIO(stream), buffers=buffers)
        self.calls = 0
        self.keys: list[object] = []
        self._tuples: set[int] = set()
        self._kept: list[object] = []  # so that no id is used twice

    def find_class(self, module: str, name: str) -> object:
        """`rebuild` alone."""
        if (module, name) != ("brine_codec", "rebuild"):
            raise Wrong(f"it asks for {module}.{name}")
        return Tagged

    def reduce(self) -> None:
        """REDUCE, of a maker or rebuild, with a tuple that was made for it."""
        arguments, function = self.stack[-1], self.stack[-2]
        if not (function is Tagged or type(function) is Tagged):
            raise Wrong(f"it calls a {type(function).__name__}")
        if type(arguments) is not tuple:
            raise TypeError  # the real one refuses that too
        if id(arguments) in self._tuples and arguments:
            raise Wrong("it calls twice with one tuple")
        self._tuples.add(id(arguments))
        self._kept.append(arguments)
        self.calls += 1
        _Pure.load_reduce(self)

    def filling(self, cls: type, marked: bool, load: Callable[[Any], None], keyed: int = 0) -> None:
        """Fill a container with `load`: the container must have exactly the type `cls`."""
        items = self.stack if marked else self.stack[-max(keyed, 1) :]
        target = self.metastack[-1][-1] if marked else self.stack[-1 - max(keyed, 1)]
        if type(target) is not cls and items:
            raise Wrong(f"it fills a {type(target).__name__}")
        if keyed:
            self.keys += items[::keyed]
        load(self)

    def frozen(self) -> None:
        """FROZENSET."""
        self.keys += self.stack
        _Pure.load_frozenset(self)


def _fill(opcode: bytes, cls: type, marked: bool, load: Callable[[Any], None], keyed: int = 0) -> None:
    Model.dispatch[opcode[0]] = lambda model: model.filling(cls, marked, load, keyed)


Model.dispatch[pickle.REDUCE[0]] = Model.reduce
Model.dispatch[pickle.FROZENSET[0]] = Model.frozen
_fill(pickle.APPEND, list, False, _Pure.load_append)
_fill(pickle.APPENDS, list, True, _Pure.load_appends)
_fill(pickle.SETITEM, dict, False, _Pure.load_setitem, 2)
_fill(pickle.SETITEMS, dict, True, _Pure.load_setitems, 2)
_fill(pickle.ADDITEMS, set, True, _Pure.load_additems, 1)
