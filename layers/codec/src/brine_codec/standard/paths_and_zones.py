"""Makers of pure paths and time zones."""

from __future__ import annotations

import functools
import pathlib
import re
import zoneinfo

from brine_codec.errors import TooLarge, Undecodable, Unsupported
from brine_codec.standard.entry import entry

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from brine_codec.limits import Limits
    from brine_codec.standard.entry import StandardEntry

LONGEST_PATH = 4_096  # the limit of operating systems; hashing a path splits it into its parts each time
_ZONE = re.compile(r"[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+){0,3}")


def makers(limits: Limits) -> Iterator[StandardEntry]:  # noqa: ARG001 - no value can grow beyond its text
    """Yield the makers of PurePosixPath, PureWindowsPath and ZoneInfo."""
    for cls in (pathlib.PurePosixPath, pathlib.PureWindowsPath):
        yield entry(
            cls,
            lambda value: (_path_text(value),),
            _path(cls),
            memory=1_500,
            steps=60,
            per_byte=(4, 1.5),
            comparisons=50,
        )
    yield entry(zoneinfo.ZoneInfo, lambda value: (_zone_key(value),), _zone, memory=2_000, steps=100)


def _path_text(path: pathlib.PurePath) -> str:
    text = str(path)
    if len(text) > LONGEST_PATH:
        raise Unsupported(f"a path has more than {LONGEST_PATH} characters")
    return text


def _path[T](cls: Callable[[str], T]) -> Callable[[object], T]:
    def make(text: object) -> T:
        if type(text) is not str:
            raise Undecodable("a path is not text")
        if len(text) > LONGEST_PATH:
            raise TooLarge(f"a path has more than {LONGEST_PATH} characters")
        return cls(text)

    return make


def _zone_key(zone: zoneinfo.ZoneInfo) -> str:
    if not _ZONE.fullmatch(zone.key or ""):
        raise Unsupported("a ZoneInfo without a key cannot be written")
    return zone.key


def _zone(key: object) -> zoneinfo.ZoneInfo:
    """Return the zone with this key from the time zone data of this machine. No other file is read."""
    if type(key) is not str or len(key) > 64 or not _ZONE.fullmatch(key):
        raise Undecodable("a time zone is not named by its key")
    return _found(key)


@functools.lru_cache(maxsize=1_024)  # all zones: zoneinfo itself keeps only the last eight that are not in use
def _found(key: str) -> zoneinfo.ZoneInfo:
    return zoneinfo.ZoneInfo(key)
