"""JSON Schemas (2020-12) of the documents that the admin API answers with. Tests hold the answers against them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

from brine.domain.keys.times import KeyState
from brine.domain.listing.facts import EntryKind, EntryState

if TYPE_CHECKING:
    from collections.abc import Mapping

type Schema = Mapping[str, object]

_TEXT: Final[Schema] = {"type": "string"}
_MAYBE_TEXT: Final[Schema] = {"type": ["string", "null"]}
_WHOLE: Final[Schema] = {"type": "integer"}
_MAYBE_WHOLE: Final[Schema] = {"type": ["integer", "null"]}
_NUMBER: Final[Schema] = {"type": "number"}
_MAYBE_NUMBER: Final[Schema] = {"type": ["number", "null"]}
_FLAG: Final[Schema] = {"type": "boolean"}


def _list(of: Schema) -> Schema:
    return {"type": "array", "items": of}


def _record(optional: Mapping[str, Schema] | None = None, **members: Schema) -> Schema:
    """Return the schema of an object with these members, those of `optional`, and no others."""
    return {
        "type": "object",
        "properties": {**members, **(optional or {})},
        "required": list(members),
        "additionalProperties": False,
    }


VERSION: Final = _record(brine=_TEXT, python=_TEXT, stored_response=_WHOLE, stored_result=_WHOLE)
HEALTH: Final = _record(status={"enum": ["ok", "failing"]}, checks=_list(_record(check=_TEXT, error=_MAYBE_TEXT)))
_ENTRY: Final = _record(
    kind={"enum": list(get_args(EntryKind.__value__))},
    route=_MAYBE_TEXT,
    tenant=_MAYBE_TEXT,
    tenant_digest=_MAYBE_TEXT,
    url=_MAYBE_TEXT,
    method=_MAYBE_TEXT,
    target=_MAYBE_TEXT,
    source=_MAYBE_TEXT,
    status=_MAYBE_WHOLE,
    age=_MAYBE_NUMBER,
    remaining_freshness=_MAYBE_WHOLE,
    state={"enum": list(get_args(EntryState.__value__))},
    bytes=_WHOLE,
    stored_bytes=_WHOLE,
    where={"enum": ["s3", "table"]},
    tags=_list(_TEXT),
    variant=_MAYBE_TEXT,
    parts=_WHOLE,
    function=_MAYBE_TEXT,
    namespace=_MAYBE_TEXT,
    key=_TEXT,
    slot=_TEXT,
    evict_at=_MAYBE_NUMBER,
    reason=_MAYBE_TEXT,
)
STORED: Final = _record(items=_list(_ENTRY), cursor=_MAYBE_TEXT, scanned=_WHOLE)
_NOTE: Final = {"note": _TEXT}
_PURGED: Final = _record(_NOTE, stamp=_TEXT, at=_NUMBER, soft=_FLAG, route=_MAYBE_TEXT, target=_MAYBE_TEXT)
_PREVIEW: Final = _record(
    _NOTE,
    items=_list(_ENTRY),
    count=_WHOLE,
    bytes=_WHOLE,
    complete=_FLAG,
    cursor=_MAYBE_TEXT,
    scanned=_WHOLE,
    stamps=_list(_TEXT),
)
PURGE: Final = {"anyOf": [_PURGED, _PREVIEW]}
_PROBES: Final = _record(needed=_WHOLE, claimed=_WHOLE, succeeded=_WHOLE)
CIRCUITS: Final = _record(
    circuits=_list(
        _record(
            origin=_TEXT,
            routes=_list(_TEXT),
            state={"enum": ["closed", "open", "half-open", "off"]},
            since=_MAYBE_NUMBER,
            open_until=_MAYBE_NUMBER,
            failed=_MAYBE_WHOLE,
            requests=_MAYBE_WHOLE,
            failure_share=_MAYBE_NUMBER,
            probes={"anyOf": [_PROBES, {"type": "null"}]},
        )
    )
)
BUDGETS: Final = _record(
    budgets=_list(
        _record(
            origin=_TEXT,
            routes=_list(_TEXT),
            name=_MAYBE_TEXT,
            requests=_WHOLE,
            period=_NUMBER,
            burst=_WHOLE,
            per_tenant=_FLAG,
            tenant=_MAYBE_TEXT,
            used=_MAYBE_WHOLE,
            free=_MAYBE_WHOLE,
            resets=_MAYBE_NUMBER,
            paused_until=_MAYBE_NUMBER,
        )
    )
)
_KEY_STATE: Final[Schema] = {"enum": list(get_args(KeyState.__value__))}
KEYS: Final = _record(
    keys=_list(
        _record(
            function=_MAYBE_TEXT,
            namespace=_MAYBE_TEXT,
            seals=_MAYBE_WHOLE,
            keys=_list(_record(id=_WHOLE, state=_KEY_STATE, seals_from=_MAYBE_NUMBER, opens_until=_MAYBE_NUMBER)),
            error=_MAYBE_TEXT,
        )
    )
)
_COUNTS: Final[Schema] = {"type": "object", "additionalProperties": _WHOLE}
_QUANTILES: Final = _record(p50=_MAYBE_NUMBER, p95=_MAYBE_NUMBER, p99=_MAYBE_NUMBER)
STATISTICS: Final = _record(
    at=_WHOLE,
    window=_WHOLE,
    period=_WHOLE,
    route=_MAYBE_TEXT,
    requests=_WHOLE,
    requests_per_second=_NUMBER,
    answered=_WHOLE,
    hits=_WHOLE,
    hit_ratio=_MAYBE_NUMBER,
    results=_COUNTS,
    faults=_COUNTS,
    origin_calls=_WHOLE,
    total_seconds=_QUANTILES,
    origin_seconds=_QUANTILES,
    usd=_MAYBE_NUMBER,
    series=_record(requests=_list(_WHOLE), answered=_list(_WHOLE), hits=_list(_WHOLE), origin_calls=_list(_WHOLE)),
)
EXPLANATION: Final[Schema] = {
    "type": "object",
    "properties": {
        "at": _NUMBER,
        "method": _TEXT,
        "target": _TEXT,
        "verdict": {"type": "object", "properties": {"sentence": _TEXT}, "required": ["sentence", "action", "result"]},
    },
    "required": [
        *("at", "method", "target", "verdict", "route", "upstream", "key", "stored", "more_variants", "limits"),
        *("cost", "api"),
    ],
}
DESCRIPTION: Final[Schema] = {"type": "object", "required": ["openapi", "info", "paths"]}
PROBLEM: Final = _record({"detail": _TEXT}, type=_TEXT, title=_TEXT, status=_WHOLE)
MESSAGE: Final = _record(message=_TEXT)
"""What API Gateway answers in the place of the admin API."""
