"""The record that a running twin keeps of a request: it has the time that the gateway waited for the origin."""

from __future__ import annotations

import json
import urllib.request
from typing import Any, Final

_PATIENCE: Final = 0.4
"""Seconds for the record to come: the twin publishes it just after the answer."""
_RECENT: Final = 20
_SAME_TIME: Final = 0.05
"""Seconds by which two readings of the clock may differ."""


def live_record(twin: str, method: str, target: str, sent_at: float) -> dict[str, Any] | None:
    """Return the record of a request that was sent at `sent_at`, in seconds since 1970; None if the twin tells none."""
    try:
        with urllib.request.urlopen(f"{twin}/_brine/events?recent={_RECENT}", timeout=_PATIENCE) as events:  # noqa: S310 - of a twin
            if "text/event-stream" not in events.headers.get("content-type", ""):
                return None
            for _ in range(10 * _RECENT):
                line = events.readline()
                record = json.loads(line[6:]) if line.startswith(b"data: ") else None
                if (
                    isinstance(record, dict)
                    and (record.get("method"), record.get("target")) == (method, target)
                    and record.get("time", 0.0) >= sent_at - _SAME_TIME
                ):
                    return record
                if not line:
                    return None
    except (OSError, ValueError, TypeError):
        pass
    return None
