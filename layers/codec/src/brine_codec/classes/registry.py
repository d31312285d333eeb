"""Which classes of the caller's may travel, under which name and version."""

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
    """What the class's own module calls by which name."""
    module = sys.modules.get(cls.__module__)
    return {} if module is None else vars(module)


class Registry:
    """Classes by name. A codec reads and writes exactly these, besides plain data and the standard library's values."""

    def __init__(self) -> None:
        self.reducers: dict[type, Reducer] = {}
        self._makers: dict[str, Maker] = {}
        self._records: dict[str, Maker] = {}
        self._names: set[str] = set()
        self.shares = False
        """Whether objects may travel that all of the process shares: members of Enums, and what a `make` gives."""
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
        """Let objects of exactly this class travel as `name@version`.

        A dataclass, NamedTuple or Enum needs no more. For any other class, `pack` gives a tuple of plain values and
        `make`, called with them, checks them and makes the object.
        accepts: for each older version that may still be met, what makes today's object of that version's values. Its
        parameters are that version's fields, in order, with their names and annotations: values of other fields, or of
        other types, do not open.
        types: what names in annotations stand for, where the class's module does not have them when it runs.
        Raises ValueError for a bad or taken name, TypeError for a class that cannot be looked at.
        """
        name = cls.__name__ if name is None else name
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not a name of letters, digits, points and dashes")
        if not 0 < version < 10**9:
            raise ValueError("versions count from 1")
        if name in self._names or cls in self.reducers:
            raise ValueError(f"{name} is registered already")
        if any("__call__" in vars(base) for base in cls.__mro__):
            raise TypeError(f"{cls.__qualname__} can be called: a stream could call it")
        if accepts and not all(0 < old < version for old in accepts):
            raise ValueError("only older versions can be upgraded from")
        tag = f"{name}@{version}"
        known = {} if pack is not None and not accepts else self._known(cls) | dict(types or {})
        upgrades = []
        for old, upgrade in (accepts or {}).items():
            from brine_codec.classes.inspection import inspect_upgrade  # noqa: PLC0415 - brings typing, 3 ms

            upgrades.append(inspect_upgrade(f"{name}@{old}", cls, upgrade, known))
        if pack is not None and make is not None:
            maker, reducer = explicit(tag, cls, pack, make)
        elif pack is None and make is None:
            from brine_codec.classes.inspection import inspect_class  # noqa: PLC0415 - brings typing, 3 ms

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
        """What was registered before, by the names that annotations of `cls` may use for it."""
        own = {word for base in cls.__mro__ for word in _defined(base)}
        return {other.__name__: other for other in self.reducers if other.__name__ not in own}

    @property
    def tags(self) -> list[str]:
        """What is registered now, each with its version and the checksum of its fields, in order."""
        return sorted(self._makers)

    def add(self, cls: type, maker: Maker, reducer: Reducer) -> None:
        """Write objects of this class by `reducer` and make them by `maker`: for extras such as `arrays`."""
        self.reducers[cls] = reducer
        self._makers[maker.tag] = maker

    def record(self, title: str) -> Maker:
        """The maker of a dataclass or NamedTuple by `name@version`, without the checksum. Raises SchemaMiss."""
        maker = self._records.get(title)
        if maker is None:
            raise SchemaMiss(f"no class with fields is registered as {shown(title)}")
        return maker

    def maker(self, tag: str) -> Maker:
        """The maker of a tag, today's or that of an accepted older version. Raises SchemaMiss."""
        maker = self._makers.get(tag) or self._accepted.get(tag)
        if maker is None:
            raise SchemaMiss(f"no class is registered as {shown(tag)}")
        return maker
