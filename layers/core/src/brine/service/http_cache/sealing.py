"""The form of a stored response in an envelope: a tuple of plain values, which are checked when it is opened.

The order of the values is part of the form. A changed form needs a new version; tests/golden has an envelope of each.
"""

from __future__ import annotations

from brine.domain.bodies.stored_body import BodyReference, PartialBody, StoredPart, ZstdFrame
from brine.domain.caching.hit_for_miss import HitForMiss
from brine.domain.caching.stored import Selection, StoredResponse
from brine.domain.http.fields import Fields
from brine.domain.purging.dependency import Dependency
from brine.service.stores.bodies import LARGEST_INLINE_BODY
from brine_codec import Malformed, Registry
from brine_codec.envelope.compression import decompress
from brine_codec.envelope.header import COMPRESSION_ZSTD

STORED_RESPONSE_VERSION = 8


def stored_response_registry() -> Registry:
    """Return the registry of the cache's own envelopes: it has only the two classes that a slot may hold."""
    registry = Registry()
    registry.register(
        HitForMiss,
        name="brine.HitForMiss",
        version=1,
        pack=lambda mark: (mark.until, mark.generation),
        make=_make_marker,
    )
    registry.register(
        StoredResponse, name="brine.StoredResponse", version=STORED_RESPONSE_VERSION, pack=_pack, make=_make
    )
    return registry


def _make_marker(until: object, generation: object) -> HitForMiss:
    if type(until) is not float or type(generation) is not int:
        raise ValueError("this is not a hit-for-miss marker")
    return HitForMiss(until, generation)


def _pack(stored: StoredResponse) -> tuple[object, ...]:
    body = stored.body
    return (
        stored.method,
        stored.target,
        stored.route,
        stored.status,
        stored.fields.lines,
        body if stored.frame is None and isinstance(body, bytes) else _packed_body(stored),
        stored.request_time,
        stored.response_time,
        stored.fetch_started,
        stored.vary,
        (stored.selection.key_id, stored.selection.digests),
        stored.tags,
        stored.generation,
        stored.applied_stamps,
        tuple(
            (one.names, one.began, one.confirmed, one.applied_stamps, one.route, one.target, one.tags, one.has_tenant)
            for one in stored.dependencies
        ),
        (stored.tenant_digest, stored.target_key) if stored.tenant_digest or stored.target_key else (),
    )


def _packed_body(stored: StoredResponse) -> object:
    """Return the reference to the body, its parts, its frame of zstd and its size, or the body itself."""
    body = stored.body
    if isinstance(body, BodyReference):
        return body.digest, body.size
    if isinstance(body, PartialBody):
        return "parts", body.size, tuple((part.first, _packed_part(part.body)) for part in body.parts)
    frame = stored.zstd
    return body if frame is None else ("zstd", frame, len(body))


def _packed_part(body: bytes | BodyReference) -> object:
    return body if isinstance(body, bytes) else (body.digest, body.size)


def _make(*values: object) -> StoredResponse:
    match values:
        case (
            str(method),
            str(target),
            str(route),
            int(status),
            tuple(lines),
            body,
            float(request_time),
            float(response_time),
            float(fetch_started),
            tuple(vary),
            (int(key_id), tuple(digests)),
            tuple(tags),
            int(generation),
            tuple(applied),
            tuple(dependencies),
            tuple(() | (str(), str()) as owner),
        ) if _are(str, (*vary, *tags)) and _are(int, (status, generation, key_id)) and len(digests) == len(vary):
            frame = None if type(body) is bytes else _frame(body)
            return StoredResponse(
                method=method,
                target=target,
                route=route,
                status=status,
                fields=_fields(lines),
                body=_body(body) if frame is None else frame.body,
                request_time=request_time,
                response_time=response_time,
                fetch_started=fetch_started,
                vary=vary,
                selection=Selection(key_id, _digests(digests)),
                tags=tags,
                generation=generation,
                applied_stamps=tuple(map(_applied, applied)),
                dependencies=tuple(map(_dependency, dependencies)),
                tenant_digest=owner[0] if owner else "",
                target_key=owner[1] if owner else "",
                frame=frame,
            )
        case _:
            raise ValueError("this is not a stored response")


def _are(kind: type, values: tuple[object, ...]) -> bool:
    """Return whether every value has exactly this type."""
    return {*map(type, values)} <= {kind}


def _fields(lines: tuple[object, ...]) -> Fields:
    """Return the fields of (name, value) pairs, which are stored in lower case."""
    pairs = [line for line in lines if isinstance(line, tuple) and len(line) == 2 and _are(str, line)]
    fields = Fields.from_lowercase(pairs)
    if (
        len(pairs) != len(lines)
        or fields.sanitised() is not fields
        or any(name != name.lower() for name in fields.names)
    ):
        raise ValueError("a field line is not a name in lower case and a value without control characters")
    return fields


def _digests(values: tuple[object, ...]) -> tuple[bytes | None, ...]:
    digests = tuple(value for value in values if value is None or isinstance(value, bytes))
    if len(digests) != len(values):
        raise ValueError("a digest of a selecting field is not bytes")
    return digests


def _applied(value: object) -> tuple[str, float, float]:
    match value:
        case (str(name), float(hard), float(soft)):
            return name, hard, soft
        case _:
            raise ValueError("this is not an applied stamp")


def _dependency(value: object) -> Dependency:
    match value:
        case (
            tuple(names),
            float(began),
            float(confirmed),
            tuple(applied),
            str(route),
            str(target),
            tuple(tags),
            bool(has_tenant),
        ) if _are(str, (*names, *tags)):
            stamps = tuple(map(_applied, applied))
            return Dependency(names, began, confirmed, stamps, route, target, tags, has_tenant)
        case _:
            raise ValueError("this is not a dependency of a response")


def _frame(value: object) -> ZstdFrame | None:
    """Return the frame of a body that is stored in one, and the body; None for any other form of a body."""
    match value:
        case ("zstd", bytes(data), int(size)) if _are(int, (size,)) and 0 < size <= LARGEST_INLINE_BODY:
            try:
                return ZstdFrame(decompress(COMPRESSION_ZSTD, data, size), data)
            except Malformed:
                raise ValueError("a body is no frame of zstd with its size") from None
        case _:
            return None


def _body(value: object) -> bytes | BodyReference | PartialBody:
    match value:
        case bytes():
            return value
        case ("parts", int(size), tuple(parts)) if _are(int, (size,)):
            body = PartialBody(size, tuple(map(_part, parts)))
            if body.parts and body.is_valid():
                return body
            raise ValueError("the parts of a body overlap, or are not within it")
        case _:
            return _body_in_one(value)


def _part(value: object) -> StoredPart:
    match value:
        case (int(first), body) if _are(int, (first,)):
            return StoredPart(first, _body_in_one(body))
        case _:
            raise ValueError("this is not a part of a body")


def _body_in_one(value: object) -> bytes | BodyReference:
    match value:
        case bytes():
            return value
        case (bytes(digest), int(size)) if len(digest) == 32 and _are(int, (size,)) and size >= 0:
            return BodyReference(digest, size)
        case _:
            raise ValueError("this is neither a body nor its address")
