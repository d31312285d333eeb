"""Arrays and frames without a registration at start: numpy and pandas are imported when one is sealed or opened."""

from __future__ import annotations

from _thread import allocate_lock
from importlib import import_module

from brine_codec.errors import SchemaMiss, shown

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_LIBRARIES = {"np:": ("numpy", "arrays"), "pd:": ("pandas", "frames")}
"""The library and the module of makers, by the prefix of the tag."""
_MODULES = dict(_LIBRARIES.values())


class LateArrays:
    """Adds the makers of `arrays` and `frames` to a registry when it needs them.

    add: adds the makers of one of these modules.
    """

    __slots__ = ("_add", "_loaded", "_lock")

    def __init__(self, add: Callable[[ModuleType], None]) -> None:
        self._add = add
        self._loaded: set[str] = set()
        self._lock = allocate_lock()

    def load_class(self, cls: type) -> None:
        """Add the makers of the library that defines `cls`, if it is numpy or pandas."""
        module = _MODULES.get(cls.__module__.partition(".")[0])
        if module is not None:
            self._load(module)

    def load_tag(self, tag: str) -> None:
        """Add the maker of a tag of numpy or pandas. Raises SchemaMiss if that library is not installed."""
        library, module = _LIBRARIES.get(tag[:3], (None, None))
        if library is None or module is None:
            return
        try:
            self._load(module)
        except ImportError as error:
            raise SchemaMiss(
                f"the envelope holds {shown(tag)}, which needs {library}, and {error.name or library} is not installed "
                f"here: install brine-codec[{library}]"
            ) from None

    def _load(self, module: str) -> None:
        if module in self._loaded:
            return
        makers = import_module(f"brine_codec.{module}")
        with self._lock:
            if module not in self._loaded:
                self._add(makers)
                self._loaded.add(module)
