"""The form of a stored response in an envelope: a tuple of plain values, which are checked when it is opened.

The order of the values is part of the form. A changed form needs a new version; tests/golden has an envelope of each.
"""

from __future__ import annotations

from brine.domain.caching.hit_for_miss import HitForMiss
from brine.domain.caching.stored import BodyReference, Selection, StoredResponse
from brine.domain.http.fields import Fields
from brine_codec import Registry

STORED_RESPONSE_VERSION = 4


def stored_response_registry() -> Registry:
    """Return the registry of the cache's own envelopes: it has only the two classes that a slot may hold."""
    registry = Registry()
    registry.register(
        HitForMiss,
        name="brine.HitForMiss",
        version=1,
        pack=lambda mark: (mark.until, mark.generation),
        make=lambda until, generation: HitForMiss(_is(float, until), _is(int, generation)),
    )
    registry.register(
        StoredResponse, name="brine.StoredResponse", version=STORED_RESPONSE_VERSION, pack=_pack, make=_make
    )
    return registry


def _pack(stored: StoredResponse) -> tuple[object, ...]:
    body = stored.body
    return (
        stored.method,
        stored.target,
        stored.route,
        stored.status,
        stored.fields.lines,
        (body.digest, body.size) if isinstance(body, BodyReference) else body,
        stored.request_time,
        stored.response_time,
        stored.fetch_started,
        stored.vary,
        (stored.selection.key_id, stored.selection.digests),
        stored.tags,
        stored.generation,
        stored.applied_stamps,
    )


def _make(  # noqa: PLR0917 - the order is that of the stored form
    method: object,
    target: object,
    route: object,
    status: object,
    lines: object,
    body: object,
    request_time: object,
    response_time: object,
    fetch_started: object,
    vary: object,
    selection: object,
    tags: object,
    generation: object,
    applied_stamps: object,
) -> StoredResponse:
    return StoredResponse(
        method=_is(str, method),
        target=_is(str, target),
        route=_is(str, route),
        status=_is(int, status),
        fields=_fields(lines),
        body=_body(body),
        request_time=_is(float, request_time),
        response_time=_is(float, response_time),
        fetch_started=_is(float, fetch_started),
        vary=(names := tuple(_is(str, name) for name in _is(tuple, vary))),
        selection=_selection(selection, len(names)),
        tags=tuple(_is(str, tag) for tag in _is(tuple, tags)),
        generation=_is(int, generation),
        applied_stamps=tuple(_applied(entry) for entry in _is(tuple, applied_stamps)),
    )


def _fields(value: object) -> Fields:
    fields = Fields((_is(str, name), _is(str, text)) for name, text in _pairs(value))
    if fields.sanitised() is not fields:
        raise ValueError("a field line holds a control character")
    return fields


def _is[T](kind: type[T], value: object) -> T:
    if type(value) is not kind:
        raise ValueError(f"expected {kind.__name__}, found {type(value).__name__}")
    return value


def _pairs(value: object) -> tuple[tuple[object, object], ...]:
    pairs = _is(tuple, value)
    for pair in pairs:
        if type(pair) is not tuple or len(pair) != 2:
            raise ValueError("expected pairs")
    return pairs


def _applied(value: object) -> tuple[str, float, float]:
    name, hard, soft = _is(tuple, value)
    return _is(str, name), _is(float, hard), _is(float, soft)


def _selection(value: object, count: int) -> Selection:
    key_id, digests = _is(tuple, value)
    if len(_is(tuple, digests)) != count:
        raise ValueError("not one digest for each name")
    return Selection(_is(int, key_id), tuple(None if digest is None else _is(bytes, digest) for digest in digests))


def _body(value: object) -> bytes | BodyReference:
    if type(value) is bytes:
        return value
    digest, size = _is(tuple, value)
    if len(_is(bytes, digest)) != 32 or _is(int, size) < 0:
        raise ValueError("not the address of a body")
    return BodyReference(digest, size)
