"""Sizes in bytes as people write them: "500", "100KB" or "1.5MiB"."""

from __future__ import annotations

import re
from typing import Final

_TEXT: Final = re.compile(r"(\d{1,15}(?:\.\d{1,6})?) ?(B|KB|MB|GB|KiB|MiB|GiB)?", re.ASCII | re.IGNORECASE)
_UNITS: Final = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}


def byte_size(text: str) -> int:
    """Return a size in bytes. Raises ValueError for a text that is not a size."""
    match = _TEXT.fullmatch(text)
    if match is None:
        raise ValueError(
            f'{text!r} is not a size. Write a number of bytes, or "100KB". The units are KB, MB, KiB and MiB.'
        )
    return int(float(match[1]) * _UNITS[(match[2] or "").lower()])
