"""Values of the standard library that may travel: each by a maker of ours, in a module that is imported when needed."""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from brine_codec.limits import Limits
    from brine_codec.pickling.makers import Maker, Reducer

PREFIX = "py:"
"""Before the tag of a standard value; no registered name can have a colon."""

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
"""Package and name of a class, and which of our modules has its maker."""
TABLES = {("builtins", name): "hash_tables" for name in ("dict", "set", "frozenset")}
"""Built-in types that are written natively as long as they open so."""
_BY_TAG = {PREFIX + name: home for (_, name), home in (HOMES | TABLES).items()} | {
    "py:datetime+zone": "dates",
    "py:time+zone": "dates",
}


class Standard:
    """The makers of standard values within one codec's limits."""

    __slots__ = ("_limits", "_loaded", "_makers", "_reducers")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._loaded: set[str] = set()
        self._makers: dict[str, Maker] = {}
        self._reducers: dict[type, Reducer] = {}

    def reducer(self, cls: type) -> Reducer | None:
        """How to write this class, if it is one of ours."""
        place = cls.__module__.partition(".")[0], cls.__qualname__
        home = HOMES.get(place) or TABLES.get(place)
        if home is not None:
            self._load(home)
        return self._reducers.get(cls)

    def maker(self, tag: str) -> Maker | None:
        """What makes this tag's objects, if it is one of ours."""
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
