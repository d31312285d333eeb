"""HTTP's rules for a converter of content: conditions, digests, parts, and content that may not be converted."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import msgpack
import pytest

from brine.adapters.memory.refresh_queue import MemoryRefreshQueue
from brine.ports.deadline import Deadline
from brine.service.http_cache.refresh_requests import RefreshRequests
from brine_codec import Keyring
from tests.support.gateway.world import START, refresher_of, response, status_of
from tests.unit.service.transcoding.test_answers import PLAIN, problem_of, sealed_by_origin
from tests.unit.service.transcoding.world import JSON, MSGPACK, ORDER, RINGS, SEALED, codec, transcoding_world

if TYPE_CHECKING:
    from brine.domain.http.fields import Fields
    from tests.support.gateway.world import World


@pytest.fixture
def world() -> World:
    made = transcoding_world()
    made.outcomes["/plain"] = response(200, json.dumps(PLAIN).encode(), content_type=JSON, etag='"v1"')
    return made


def sent(world: World) -> Fields:
    return world.origin.requests[-1][1].fields


@pytest.mark.parametrize("shown", [JSON, MSGPACK, SEALED])
@pytest.mark.parametrize("accept", [None, JSON, MSGPACK])
def test_a_change_may_name_what_was_seen_in_any_format(world: World, shown: str, accept: str | None) -> None:
    tag = world.ask("/json/plain", accept=shown).response.fields.get("etag", "")
    fields = {} if accept is None else {"accept": accept}
    world.ask("/json/plain", "PUT", b"[1]", content_type=JSON, if_match=f'"other", {tag}', **fields)
    assert sent(world).get("if-match") == '"other", "v1"'
    world.ask("/json/plain", "PUT", b"[1]", content_type=JSON, if_none_match="*", **fields)
    assert sent(world).get("if-none-match") == "*"


def test_a_weakened_tag_in_a_list_validates(world: World) -> None:
    tag = world.ask("/json/plain", accept=MSGPACK).response.fields.get("etag", "")
    assert world.ask("/json/plain", accept=MSGPACK, if_none_match=f'"a,b", W/{tag}').response.status == 304


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_what_has_no_content_is_told_by_its_tag_alone(world: World, method: str) -> None:
    world.outcomes["/none"] = response(204, b"", etag='"v1"')
    answer = world.ask("/json/none", method, accept=MSGPACK).response
    assert answer.fields.get("etag") == world.ask("/json/plain", accept=MSGPACK).response.fields.get("etag")
    assert "content-type" not in answer.fields
    tag = answer.fields.get("etag", "")
    unchanged = world.ask("/json/plain", accept=MSGPACK, if_none_match=tag).response
    assert (unchanged.status, unchanged.fields.get("etag"), unchanged.fields.get("content-type")) == (304, tag, None)
    assert unchanged.fields.get("vary") == "Accept"


def test_digests_of_bytes_that_are_no_more_are_dropped_both_ways(world: World) -> None:
    world.outcomes["/digest"] = response(200, b"[1]", content_type=JSON, content_digest="sha-256=:AA==:", digest="x")
    digests = {"content_digest": "sha-256=:AA==:", "repr_digest": "sha-256=:AA==:", "content_md5": "AA=="}
    answer = world.ask("/json/digest", "POST", msgpack.packb([1]), content_type=MSGPACK, accept=MSGPACK, **digests)
    assert not {"content-digest", "repr-digest", "content-md5"} & {name for name, _ in sent(world)}
    assert not {"content-digest", "digest"} & {name for name, _ in answer.response.fields}
    world.ask("/json/digest", "POST", b"[1]", content_type=JSON, **digests)  # the bytes are the client's own
    assert sent(world).get("content-digest") == digests["content_digest"]


def test_head_without_a_content_type_is_no_problem(world: World) -> None:
    world.outcomes["/bare"] = response(200, b"", etag='"v1"')
    assert world.ask("/json/bare", "HEAD", accept=MSGPACK).response.status == 200


def test_a_part_that_nobody_asked_for_is_a_problem(world: World) -> None:
    world.outcomes["/part"] = response(206, b"12", content_type=JSON, content_range="bytes 0-1/4")
    answer = world.ask("/json/part", accept=MSGPACK)
    assert (answer.response.status, problem_of(answer)) == (502, "origin-content-invalid")
    answer = world.ask("/json/part", "PUT", msgpack.packb(1), content_type=MSGPACK, content_range="bytes 0-0/4")
    assert (answer.response.status, problem_of(answer)) == (415, "format-unsupported")


@pytest.mark.parametrize("targeted", ["max-age=9", "no-store", "", "x=,"])
def test_a_targeted_field_does_not_permit_conversion(world: World, targeted: str) -> None:
    fields = {"cache_control": "max-age=9, no-transform", "cdn_cache_control": targeted}
    world.outcomes["/fixed"] = response(200, b"1", content_type=JSON, **fields)
    answer = world.ask("/json/fixed", accept=MSGPACK)
    assert (answer.response.status, problem_of(answer)) == (406, "format-unacceptable")


def test_what_may_not_be_converted_is_not(world: World) -> None:
    body = json.dumps(PLAIN).encode()
    world.outcomes["/fixed"] = response(200, body, content_type=JSON, cache_control="max-age=9, no-transform")
    answer = world.ask("/json/fixed", accept=MSGPACK)
    assert (answer.response.status, problem_of(answer)) == (406, "format-unacceptable")
    assert answer.response.fields.get("vary") == "Accept"
    assert world.ask("/json/fixed", accept=f"{JSON}, {MSGPACK}").response.body == body
    world.outcomes["/error"] = response(404, b"{}", content_type=JSON, cache_control="no-transform")
    assert world.ask("/json/error", accept=MSGPACK).response.body == b"{}"
    answer = world.ask("/json/plain", "PUT", msgpack.packb(1), content_type=MSGPACK, cache_control="no-transform")
    assert (answer.response.status, problem_of(answer)) == (415, "format-unsupported")


def test_an_envelope_whose_time_is_over_is_fetched_anew(world: World) -> None:
    def envelope(lifetime: float) -> bytes:
        context = ("response", "/x")
        return codec("origins").seal(ORDER, context=context, now=world.now, expires_at=world.now + lifetime)

    lasting = {"content_type": SEALED, "cache_control": "max-age=600", "etag": '"v1"'}
    world.outcomes["/x"] = response(200, envelope(10), **lasting)
    assert "fwd=uri-miss" in status_of(world.ask("/sealed/x"))
    world.now += 5
    assert "hit" in status_of(world.ask("/sealed/x"))
    world.now += 10
    world.outcomes["/x"] = response(200, envelope(1_000), **lasting)
    renewed = world.ask("/sealed/x")
    assert (renewed.response.status, "stored" in status_of(renewed)) == (200, True)
    assert [str(fault) for fault in renewed.faults] == ["seal-expired"]
    assert "hit" in status_of(world.ask("/sealed/x"))
    assert world.fetched == ["GET /x", "GET /x"]


def test_an_envelope_that_never_opens_is_fetched_once_per_request(world: World) -> None:
    stranger = codec("origins", purpose="another")
    sealed = stranger.seal(ORDER, context=("response", "/x"), now=START)
    world.outcomes["/x"] = response(200, sealed, content_type=SEALED, cache_control="max-age=600")
    for asked in (1, 2, 3):
        answer = world.ask("/sealed/x")
        assert (answer.response.status, problem_of(answer)) == (502, "origin-seal-refused")
        assert [str(fault) for fault in answer.faults] == ["seal-tampered"]
        assert len(world.fetched) == asked
    world.outcomes["/x"] = response(200, sealed_by_origin(ORDER, "/x"), content_type=SEALED)
    assert world.ask("/sealed/x").response.status == 200


def test_only_the_keyring_of_the_route_s_own_origin_opens(world: World) -> None:
    for ring in (RINGS["clients"], Keyring.from_json('{"1": "the secret of another origin, long enough"}')):
        forged = codec("origins", keyring=ring).seal(ORDER, context=("response", "/x"), now=START)
        world.outcomes["/x"] = response(200, forged, content_type=SEALED, cache_control="no-store")
        assert problem_of(world.ask("/sealed/x")) == "origin-seal-refused"


def test_a_refresh_asks_for_the_origin_s_format_and_renews_what_every_client_gets(world: World) -> None:
    queue, gateway = MemoryRefreshQueue(), world.gateway
    world.gateway = replace(gateway, refreshes=RefreshRequests(queue))
    refresher = refresher_of(gateway)  # it opens no envelope, so it needs no keys
    lasting = {"content_type": JSON, "cache_control": "max-age=10, stale-while-revalidate=60", "vary": "Accept"}
    world.outcomes["/x"] = response(200, b"[1]", **lasting)
    world.ask("/json/x", accept=JSON)
    world.now += 15
    world.outcomes["/x"] = response(200, b"[2]", **lasting)
    assert world.ask("/json/x", accept=MSGPACK).result == "stale"
    deadline = Deadline(world.now + 29, lambda: world.now)
    assert [refresher.refresh(asked, deadline).outcome for asked in queue.requests] == ["refreshed"]
    assert (sent(world).get("accept"), sent(world).get("accept-encoding")) == (JSON, "identity")
    for accept, body in ((JSON, b"[2]"), (MSGPACK, msgpack.packb([2]))):
        answer = world.ask("/json/x", accept=accept)
        assert (answer.result, answer.response.body) == ("hit", body)
    assert len(world.fetched) == 2
