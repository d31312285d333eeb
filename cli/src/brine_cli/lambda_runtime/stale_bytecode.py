"""Removes bytecode that Python would take for that of a newer source.

Python compares the time of a source in whole seconds, and its size. So after two edits in one second that keep the
size, such as of a digit, it runs the code of the first.
"""

from __future__ import annotations

from importlib.util import cache_from_source
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_SAFE_NANOSECONDS: Final = 1_000_000_000


def remove_stale_bytecode(sources: Iterable[Path]) -> None:
    """Remove the bytecode of these files that was written less than a second after the last edit of its source."""
    for source in sources:
        if source.suffix != ".py":
            continue
        bytecode = Path(cache_from_source(str(source)))
        try:
            if bytecode.stat().st_mtime_ns < source.stat().st_mtime_ns + _SAFE_NANOSECONDS:
                bytecode.unlink()
        except OSError:  # there is none, or it cannot be removed
            continue
