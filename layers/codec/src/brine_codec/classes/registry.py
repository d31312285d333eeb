"""The registry: the caller's classes that may be written and read, by name and version."""

from __future__ import annotations

import re
import sys

from brine_codec.errors import SchemaMiss, shown
from brine_codec.pickling.makers import explicit

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine_codec.pickling.makers import Maker, Reducer

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}")


def _defined(cls: type) -> Mapping[str, object]:
    """Return the names of the module that defines `cls`."""
    module = sys.modules.get(cls.__module__)
    return {} if module is None else vars(module)


class Registry:
    """The classes that a codec writes and reads, besides plain data and values of the standard library."""

    def __init__(self) -> None:
        self.reducers: dict[type, Reducer] = {}
        self._makers: dict[str, Maker] = {}
        self._records: dict[str, Maker] = {}
        self._names: set[str] = set()
        self.shares = False
        """Whether a stream may refer to objects that the whole process shares: Enum members, and results of `make`."""
        self._accepted: dict[str, Maker] = {}

    def register[T](
        self,
        cls: type[T],
        *,
        version: int,
        name: str | None = None,
        accepts: Mapping[int, Callable[..., T]] | None = None,
        pack: Callable[[T], tuple[object, ...]] | None = None,
        make: Callable[..., T] | None = None,
        types: Mapping[str, object] | None = None,
    ) -> None:
        """Register a class. Objects of exactly this class are written as `name@version`.

        For a dataclass, NamedTuple or Enum this is enough. Any other class needs `pack`, which returns a tuple of plain
        values, and `make`, which checks them and makes the object.

        accepts: for each older version that may still be in use, a function that makes an object of today's class from
        its values. The parameters of the function are the fields of that version, in order, with their names and
        annotations. Values of other fields or types do not open.
        types: the values of names in annotations that the module of the class does not have at run time.

        Raises ValueError for an invalid or taken name, TypeError for a class that cannot be inspected.
        """
        name = cls.__name__ if name is None else name
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not a name of letters, digits, points and dashes")
        if not 0 < version < 10**9:
            raise ValueError("a version is a number from 1 to 999,999,999")
        if name in self._names or cls in self.reducers:
            raise ValueError(f"{name} is registered already")
        if any("__call__" in vars(base) for base in cls.__mro__):
            raise TypeError(f"{cls.__qualname__} has __call__: a stream could call its objects")
        if accepts and not all(0 < old < version for old in accepts):
            raise ValueError("only older versions can be upgraded from")
        tag = f"{name}@{version}"
        known = {} if pack is not None and not accepts else self._known(cls) | dict(types or {})
        upgrades = []
        for old, upgrade in (accepts or {}).items():
            from brine_codec.classes.inspection import inspect_upgrade  # noqa: PLC0415 - imports typing, 3 ms

            upgrades.append(inspect_upgrade(f"{name}@{old}", cls, upgrade, known))
        if pack is not None and make is not None:
            maker, reducer = explicit(tag, cls, pack, make)
        elif pack is None and make is None:
            from brine_codec.classes.inspection import inspect_class  # noqa: PLC0415 - imports typing, 3 ms

            maker, reducer = inspect_class(tag, cls, known)
        else:
            raise TypeError("pack and make go together")
        self._names.add(name)
        self.shares |= not maker.names
        self._accepted |= {tag: upgrade for upgrade in upgrades for tag in (upgrade.tag, upgrade.record_tag)}
        self.add(cls, maker, reducer)
        if maker.names:
            self._records[tag] = maker

    def _known(self, cls: type) -> dict[str, object]:
        """Return the registered classes by name, except the names that the modules of `cls` define."""
        own = {word for base in cls.__mro__ for word in _defined(base)}
        return {other.__name__: other for other in self.reducers if other.__name__ not in own}

    @property
    def tags(self) -> list[str]:
        """The tags of all registered classes, in order. A tag has the version and a checksum of the fields."""
        return sorted(self._makers)

    def add(self, cls: type, maker: Maker, reducer: Reducer) -> None:
        """Write objects of this class by `reducer` and make them by `maker`. For extensions such as `arrays`."""
        self.reducers[cls] = reducer
        self._makers[maker.tag] = maker

    def record(self, title: str) -> Maker:
        """Return the maker of a dataclass or NamedTuple by `name@version`, without the checksum. Raises SchemaMiss."""
        maker = self._records.get(title)
        if maker is None:
            raise SchemaMiss(f"no class with fields is registered as {shown(title)}")
        return maker

    def maker(self, tag: str) -> Maker:
        """Return the maker of a tag, for today's version or an accepted older one. Raises SchemaMiss."""
        maker = self._makers.get(tag) or self._accepted.get(tag)
        if maker is None:
            raise SchemaMiss(f"no class is registered as {shown(tag)}")
        return maker
