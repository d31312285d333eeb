"""Parts that many stories share."""

from __future__ import annotations

import time
from math import floor

from brine.domain.http.dates import format_http_date

FRESH = "Cache-Control: max-age=3600"
OLD = "Age: 7200"
"""Makes what is fresh for an hour stale on arrival."""


def date(name: str, offset: int) -> str:
    """A field line with a date so many seconds from now."""
    return f"{name}: {format_http_date(floor(time.time()) + offset)}"
