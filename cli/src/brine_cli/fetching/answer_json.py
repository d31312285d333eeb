"""An answer as a JSON document."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

from brine_cli.fetching.cache_words import cache_members, in_words

if TYPE_CHECKING:
    from brine_cli.fetching.exchange import Answered, Asked


def answer_json(asked: Asked, answered: Answered, record: dict[str, Any] | None) -> dict[str, Any]:
    """Return the document of an answer. A body that is not UTF-8 is in base64."""
    members = cache_members(answered.values("cache-status")) or []
    steps = answered.steps
    document: dict[str, Any] = {
        "method": asked.method,
        "url": asked.url,
        "status": answered.status,
        "headers": [list(line) for line in answered.headers],
        "bytes": len(answered.body),
        "cache_status": [{**member, "explained": in_words(member)} for member in members],
        "seconds": {
            "lookup": round(steps.lookup, 6),
            "connect": round(steps.connect, 6),
            "tls": None if steps.tls is None else round(steps.tls, 6),
            "first_byte": round(steps.wait, 6),
            "download": round(steps.download, 6),
            "total": round(steps.total, 6),
            "gateway": None if record is None else record.get("gateway_seconds"),
            "origin": None if record is None else record.get("origin_seconds"),
        },
    }
    try:
        return document | {"body": answered.body.decode(), "base64": False}
    except UnicodeDecodeError:
        return document | {"body": b64encode(answered.body).decode(), "base64": True}
