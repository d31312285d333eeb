"""Stored responses of every form, and the codec that seals them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from brine.bootstrap.assembly import PURPOSE
from brine.domain.bodies.stored_body import BodyReference, PartialBody, StoredPart, ZstdFrame
from brine.domain.caching.hit_for_miss import HitForMiss
from brine.domain.caching.stored import Selection, StoredResponse
from brine.domain.http.fields import Fields
from brine.domain.purging.dependency import Dependency
from brine.service.http_cache.sealing import stored_response_registry
from brine_codec import Codec, Keyring

NOW: Final = 1_800_000_000
CONTEXT: Final = ("the key", "main")
CODEC: Final = Codec(
    Keyring.from_json('{"1": "a key of the golden stored responses"}'),
    purpose=PURPOSE,
    registry=stored_response_registry(),
    gate=False,
)

_PLAIN = StoredResponse(
    method="GET",
    target="/a?b=c",
    route="r",
    status=200,
    fields=Fields([("cache-control", "max-age=60"), ("date", "Fri, 15 Jan 2027 08:00:00 GMT")]),
    body=b"hello",
    request_time=NOW + 0.25,
    response_time=NOW + 0.5,
    fetch_started=NOW - 9.75,
)
_BODY = b"hello" * 500
_FRAME = "28b52ffd60c4086500002868656c6c6f0100bc815fb4"
COMPRESSED: Final = replace(_PLAIN, body=_BODY, frame=ZstdFrame(_BODY, bytes.fromhex(_FRAME)))
RESPONSES: Final[dict[str, StoredResponse | HitForMiss]] = {
    "plain": _PLAIN,
    "full": StoredResponse(
        method="GET",
        target="/whole",
        route="whole",
        status=203,
        fields=_PLAIN.fields,
        body=BodyReference(b"\x01" * 32, 70_000),
        request_time=NOW + 0.25,
        response_time=NOW + 0.5,
        fetch_started=NOW - 9.75,
        vary=("accept", "x-region"),
        selection=Selection(3, (b"\x02" * 16, None)),
        tags=("a", "b"),
        generation=7,
        applied_stamps=(("tag:a", NOW + 4.5, 0.0),),
        dependencies=(
            Dependency(
                names=("route:a", "everything", "key:1", "tag:t"),
                began=NOW - 20.5,
                confirmed=NOW - 0.5,
                applied_stamps=(("everything", NOW - 1.5, 0.5),),
                route="a",
                target="/x?y=z",
                tags=("t",),
                has_tenant=True,
            ),
            Dependency(("route:b",), NOW - 1.25, NOW - 1.25),
        ),
        tenant_digest="0123456789abcdef" * 2,
        target_key="shop#" + "4" * 64,
    ),
    "compressed": COMPRESSED,
    "parts": replace(
        _PLAIN,
        status=206,
        body=PartialBody(
            1_000, (StoredPart(0, BodyReference(b"\x03" * 32, 100)), StoredPart(200, b"hello"), StoredPart(999, b"!"))
        ),
    ),
    "marker": HitForMiss(NOW + 10.5, 3),
}


def sealed(name: str) -> bytes:
    """The envelope of a stored response."""
    return CODEC.seal(RESPONSES[name], context=CONTEXT, now=NOW, expires_at=NOW + 60)
