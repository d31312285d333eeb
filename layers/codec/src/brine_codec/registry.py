"""Which classes of the caller's may travel, under which name and version."""

from __future__ import annotations

import re
import sys

from brine_codec.errors import SchemaMiss, shown
from brine_codec.token import Maker, explicit

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine_codec.token import Reducer

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}")
_TAG = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_.-]{0,99})@(?P<version>[1-9][0-9]{0,8})(?:/[0-9a-f]{8})?")


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
        self._upgrades: dict[str, tuple[type, Mapping[int, Callable[..., object]]]] = {}

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
        accepts: for each older version that may still be met, what makes today's object of that version's values.
        types: what names in annotations stand for, where the class's module does not have them when it runs.
        Raises ValueError for a bad or taken name, TypeError for a class that cannot be looked at.
        """
        name = cls.__name__ if name is None else name
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not a name of letters, digits, points and dashes")
        if not 0 < version < 10**9:
            raise ValueError("versions count from 1")
        if name in self._upgrades or cls in self.reducers:
            raise ValueError(f"{name} is registered already")
        if accepts and not all(0 < old < version for old in accepts):
            raise ValueError("only older versions can be upgraded from")
        tag = f"{name}@{version}"
        if pack is not None and make is not None:
            maker, reducer = explicit(tag, cls, pack, make)
        elif pack is None and make is None:
            from brine_codec.inspection import inspect_class  # noqa: PLC0415 - brings typing, 3 ms

            own = {word for base in cls.__mro__ for word in _defined(base)}
            known = {other.__name__: other for other in self.reducers if other.__name__ not in own}
            maker, reducer = inspect_class(tag, cls, known | dict(types or {}))
        else:
            raise TypeError("pack and make go together")
        self._upgrades[name] = (cls, dict(accepts or {}))
        self.add(cls, maker, reducer)
        if maker.names:
            self._records[tag] = maker

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
        maker = self._makers.get(tag)
        if maker is not None:
            return maker
        match = _TAG.fullmatch(tag)
        if match is not None and match["name"] in self._upgrades:
            cls, upgrades = self._upgrades[match["name"]]
            upgrade = upgrades.get(int(match["version"]))
            if upgrade is not None:
                return Maker(tag, cls, upgrade)
        raise SchemaMiss(f"no class is registered as {shown(tag)}")
