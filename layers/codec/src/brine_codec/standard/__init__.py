"""Makers for values of the standard library. Each module of makers is imported at its first use."""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from brine_codec.limits import Limits
    from brine_codec.pickling.makers import Maker, Reducer

PREFIX = "py:"
"""Prefix of the tag of a standard value. No registered name can have a colon."""

HOMES = {
    ("datetime", "date"): "dates",
    ("datetime", "datetime"): "dates",
    ("datetime", "time"): "dates",
    ("datetime", "timedelta"): "dates",
    ("datetime", "timezone"): "dates",
    ("builtins", "complex"): "numbers",
    ("builtins", "range"): "numbers",
    ("decimal", "Decimal"): "numbers",
    ("fractions", "Fraction"): "numbers",
    ("uuid", "UUID"): "identifiers",
    ("ipaddress", "IPv4Address"): "identifiers",
    ("ipaddress", "IPv6Address"): "identifiers",
    ("ipaddress", "IPv4Network"): "identifiers",
    ("ipaddress", "IPv6Network"): "identifiers",
    ("ipaddress", "IPv4Interface"): "identifiers",
    ("ipaddress", "IPv6Interface"): "identifiers",
    ("pathlib", "PurePosixPath"): "paths_and_zones",
    ("pathlib", "PureWindowsPath"): "paths_and_zones",
    ("zoneinfo", "ZoneInfo"): "paths_and_zones",
    ("collections", "Counter"): "containers",
    ("collections", "OrderedDict"): "containers",
    ("collections", "defaultdict"): "containers",
    ("collections", "deque"): "containers",
}
"""The module of makers for each class, by the package and the name of the class."""
TABLES = {("builtins", name): "hash_tables" for name in ("dict", "set", "frozenset")}
"""Built-in types that are written natively, unless their keys collide."""
_BY_TAG = {PREFIX + name: home for (_, name), home in (HOMES | TABLES).items()} | {
    "py:datetime+zone": "dates",
    "py:time+zone": "dates",
}


class Standard:
    """The makers of standard values, within the limits of one codec."""

    __slots__ = ("_limits", "_loaded", "_makers", "_reducers")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._loaded: set[str] = set()
        self._makers: dict[str, Maker] = {}
        self._reducers: dict[type, Reducer] = {}

    def reducer(self, cls: type) -> Reducer | None:
        """Return the reducer of a standard class, or None for other classes."""
        place = cls.__module__.partition(".")[0], cls.__qualname__
        home = HOMES.get(place) or TABLES.get(place)
        if home is not None:
            self._load(home)
        return self._reducers.get(cls)

    def maker(self, tag: str) -> Maker | None:
        """Return the maker of the tag of a standard class, or None for other tags."""
        home = _BY_TAG.get(tag)
        if home is None:
            return None
        self._load(home)
        return self._makers[tag]

    def _load(self, home: str) -> None:
        if home in self._loaded:
            return
        module = import_module(f"brine_codec.standard.{home}")
        for cls, maker, reducer in module.makers(self._limits):
            self._makers[maker.tag] = maker
            self._reducers[cls] = reducer
        self._loaded.add(home)
