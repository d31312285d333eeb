"""A copy of a stored response lacks no field, whichever fields stored responses get."""

from __future__ import annotations

from dataclasses import fields, replace

from brine.domain.bodies.stored_body import ZstdFrame
from brine.domain.caching.stored import Selection, StoredResponse
from brine.domain.http.fields import Fields
from brine.domain.purging.dependency import Dependency
from brine_cli.replay.model.plain.copies import with_generation

STORED = StoredResponse(
    method="QUERY",
    target="/a",
    route="api",
    status=203,
    fields=Fields([("etag", '"1"')]),
    body=b"hello",
    request_time=1.0,
    response_time=2.0,
    fetch_started=0.5,
    vary=("accept",),
    selection=Selection(1, (b"x",)),
    tags=("menu",),
    generation=3,
    applied_stamps=(("key:a", 1.0, 0.0),),
    dependencies=(Dependency(names=("key:b",), began=1.0, confirmed=1.0),),
    tenant_digest="d",
    target_key="k",
    stale_from=9.0,
    frame=ZstdFrame(b"hello", b"frame"),
)


def test_each_field_is_copied() -> None:
    plain = StoredResponse(
        method="GET",
        target="/",
        route="",
        status=200,
        fields=Fields(),
        body=b"",
        request_time=0,
        response_time=0,
        fetch_started=0,
    )
    same = [one.name for one in fields(StoredResponse) if getattr(STORED, one.name) == getattr(plain, one.name)]
    assert same == []
    copied = with_generation(STORED, 4, ())
    assert copied == replace(STORED, generation=4, applied_stamps=())
    assert copied.frame == STORED.frame
