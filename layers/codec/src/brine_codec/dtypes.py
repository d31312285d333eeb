"""The numpy dtypes that may be written, as text. This module does not need numpy."""

from __future__ import annotations

import re

MOST_DIMENSIONS = 32
# Booleans, numbers, texts of fixed width, times with their unit. No objects, records or voids.
DTYPE = re.compile(
    r"[<>|](?:b1|[iu][1248]|f(?:2|4|8|16)|c(?:8|16|32)|[SU][1-9][0-9]{0,8}|[mM]8(?:\[[0-9]{0,6}[A-Za-z]{1,2}\])?)"
)


def item_size(dtype: str) -> int:
    """Return the size in bytes of one item of an allowed dtype."""
    kind, size = dtype[1], int(dtype[2:].partition("[")[0])
    return 4 * size if kind == "U" else size
