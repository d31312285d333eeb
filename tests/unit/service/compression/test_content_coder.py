"""Answers of a whole gateway, compressed for the clients that accept it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request
from brine.ports.deadline import Deadline
from tests.support.gateway.codings import TEXT, content
from tests.support.gateway.world import World, response

if TYPE_CHECKING:
    from brine.domain.http.messages import Response

KEPT = {"content_type": "text/plain", "cache_control": "max-age=60"}
LAST_MODIFIED = "Sun, 06 Nov 1994 08:49:37 GMT"
TAGGED = {**KEPT, "etag": '"a"'}


def world(body: bytes = TEXT, status: int = 200, /, **fields: str) -> World:
    return World({"/base/x": response(status, body, **(fields or TAGGED))})


def serve(of: World, method: str = "GET", path: str = "/api/x", *, room: float, **fields: str) -> Response:
    lines = Fields((name.replace("_", "-"), value) for name, value in fields.items())
    deadline = Deadline(of.now + 29, of.time)
    return of.gateway.serve(Request(method=method, path=path, fields=lines), deadline, room=room).response


@pytest.mark.parametrize("coding", ["zstd", "br", "gzip"])
def test_a_miss_and_each_hit_give_the_same_compressed_content(coding: str) -> None:
    at = world()
    miss = at.ask(accept_encoding=coding)
    in_memory = at.ask(accept_encoding=coding)
    again = at.ask(accept_encoding=coding)
    at.restart()
    in_table = at.ask(accept_encoding=coding)
    assert [one.result for one in (miss, in_memory, again, in_table)] == ["miss", "hit", "hit", "hit"]
    for one in (miss, in_memory, again, in_table):
        fields = one.response.fields
        assert content(one.response) == TEXT
        assert len(one.response.body) < len(TEXT) / 5
        assert fields.all("content-encoding") == (coding,)
        assert fields.all("content-length") == (str(len(one.response.body)),)
        assert fields.all("etag") == (f'W/"a~{coding}"',)
        assert fields.all("vary") == ("Accept-Encoding",)
    assert len(at.fetched) == 1


def test_all_clients_share_one_stored_response() -> None:
    at = world()
    for accepted in ("gzip", "br", "zstd", "identity", "gzip, br", "deflate"):
        assert content(at.ask(accept_encoding=accepted).response) == TEXT
    assert len(at.fetched) == 1


@pytest.mark.parametrize("accepted", [{}, {"accept_encoding": "identity"}, {"accept_encoding": "gzip;q=0"}])
def test_a_client_that_accepts_no_coding_gets_the_content_of_the_origin(accepted: dict[str, str]) -> None:
    at = world()
    for _ in range(2):
        got = at.ask(**accepted).response
        assert got.body == TEXT
        assert "content-encoding" not in got.fields
        assert got.fields.get("etag") == '"a"'
        assert got.fields.get("vary") == "Accept-Encoding"


def test_vary_of_the_origin_stays() -> None:
    at = world(TEXT, 200, **KEPT, vary="Accept-Language")
    assert at.ask(accept_encoding="br").response.fields.get("vary") == "Accept-Language, Accept-Encoding"
    assert at.ask().response.fields.get("vary") == "Accept-Language, Accept-Encoding"


@pytest.mark.parametrize(
    "fields",
    [
        {"content_type": "image/png"},
        {"content_type": "text/plain", "content_encoding": "br"},
        {"content_type": "text/plain", "cache_control": "max-age=60, no-transform"},
        {"cache_control": "max-age=60"},
    ],
)
def test_what_may_not_be_compressed_passes_unchanged(fields: dict[str, str]) -> None:
    at = world(TEXT, 200, **fields, etag='"a"')
    for _ in range(2):
        got = at.ask(accept_encoding="gzip, br, zstd").response
        assert got.body == TEXT
        assert got.fields.get("content-encoding") == fields.get("content_encoding")
        assert got.fields.get("etag") == '"a"'
        assert "vary" not in got.fields


def test_a_variant_that_the_origin_compressed_passes_unchanged() -> None:
    at = world(b"in gzip" * 300, 200, **KEPT, content_encoding="gzip", vary="Accept-Encoding", etag='"a-gzip"')
    got = at.ask(accept_encoding="gzip, br").response
    assert (got.body, got.fields.get("etag"), got.fields.get("vary")) == (
        b"in gzip" * 300,
        '"a-gzip"',
        "Accept-Encoding",
    )
    assert at.ask(accept_encoding="gzip, br", if_none_match='"a-gzip"').response.status == 304


def test_the_client_can_forbid_it() -> None:
    at = world()
    got = at.ask(accept_encoding="gzip", cache_control="no-transform").response
    assert got.body == TEXT
    assert got.fields.get("vary") == "Accept-Encoding"


def test_a_route_can_forbid_it() -> None:
    at = World({"/x": response(200, TEXT, **TAGGED)})
    for _ in range(2):
        got = at.ask("/plain/x", accept_encoding="gzip").response
        assert got.body == TEXT
        assert "vary" not in got.fields


def test_a_small_body_is_compressed_only_for_a_client_that_refuses_it_otherwise() -> None:
    at = world(b"x" * 1023)
    small = at.ask(accept_encoding="gzip").response
    assert (small.body, "vary" in small.fields) == (b"x" * 1023, False)
    strict = at.ask(accept_encoding="gzip, identity;q=0").response
    assert (content(strict), strict.fields.get("content-encoding")) == (b"x" * 1023, "gzip")
    assert world(b"x" * 1024).ask(accept_encoding="gzip").response.fields.get("content-encoding") == "gzip"
    assert world(b"").ask(accept_encoding="gzip, identity;q=0").response.body == b""


@pytest.mark.parametrize("status", [200, 203, 404, 500])
def test_the_status_does_not_matter(status: int) -> None:
    got = world(TEXT, status, content_type="text/plain").ask(accept_encoding="gzip").response
    assert (got.status, got.fields.get("content-encoding"), content(got)) == (status, "gzip", TEXT)


def test_a_response_to_another_method_is_compressed_too() -> None:
    got = world(TEXT, 200, content_type="application/json").ask("/api/x", "POST", b"x", accept_encoding="br").response
    assert (got.fields.get("content-encoding"), content(got)) == ("br", TEXT)


@pytest.mark.parametrize("is_stored", [True, False])
def test_head_has_the_fields_of_get(is_stored: bool) -> None:
    at = world()
    if is_stored:
        at.ask()
    at.outcomes["/base/x"] = response(200, b"", **TAGGED, content_length=str(len(TEXT)))
    head = at.ask("/api/x", "HEAD", accept_encoding="gzip").response
    assert head.body == b""
    assert head.fields.get("content-encoding") == "gzip"
    assert head.fields.get("etag") == 'W/"a~gzip"'
    assert head.fields.get("vary") == "Accept-Encoding"
    assert "content-length" not in head.fields
    plain = at.ask("/api/x", "HEAD").response
    assert plain.fields.get("content-length") == str(len(TEXT))
    assert plain.fields.get("etag") == '"a"'


def test_digests_of_other_bytes_are_left_out() -> None:
    at = world(TEXT, 200, **TAGGED, content_digest="sha-256=:x:", repr_digest="sha-256=:x:", accept_ranges="bytes")
    coded = at.ask(accept_encoding="gzip").response.fields
    assert not {"content-digest", "repr-digest", "accept-ranges"} & coded.names
    plain = at.ask().response.fields
    assert {"content-digest", "repr-digest", "accept-ranges"} <= plain.names


@pytest.mark.parametrize("coding", ["zstd", "br", "gzip"])
def test_the_tag_of_a_compressed_answer_gives_304(coding: str) -> None:
    at = world()
    tag = at.ask(accept_encoding=coding).response.fields.get("etag", "")
    for sent in (tag, f'"x", {tag}', f'{tag}, "a"'):
        got = at.ask(accept_encoding=coding, if_none_match=sent).response
        assert (got.status, got.body) == (304, b"")
        assert got.fields.all("etag") == (tag,)
        assert got.fields.all("vary") == ("Accept-Encoding",)
        assert "content-encoding" not in got.fields
    assert len(at.fetched) == 1


def test_the_tag_of_another_coding_gives_the_whole_content() -> None:
    at = world()
    tag = at.ask(accept_encoding="br").response.fields.get("etag", "")
    for accepted in ({"accept_encoding": "gzip"}, {}):
        got = at.ask(**accepted, if_none_match=tag).response
        assert (got.status, content(got)) == (200, TEXT)


def test_a_client_with_the_content_of_the_origin_may_keep_it() -> None:
    at = world()
    at.ask()
    got = at.ask(accept_encoding="gzip", if_none_match='"a"').response
    assert (got.status, got.fields.get("etag"), got.fields.get("vary")) == (304, '"a"', "Accept-Encoding")


def test_a_304_for_any_tag_has_the_tag_of_the_answer() -> None:
    at = world()
    at.ask()
    got = at.ask(accept_encoding="gzip", if_none_match="*").response
    assert (got.status, got.fields.get("etag")) == (304, 'W/"a~gzip"')


def test_the_origin_is_asked_with_its_own_validator() -> None:
    at = world()
    tag = at.ask(accept_encoding="gzip").response.fields.get("etag", "")
    at.now += 61
    at.outcomes["/base/x"] = response(304, b"", cache_control="max-age=60", etag='"a"')
    got = at.ask(accept_encoding="gzip", if_none_match=tag)
    assert at.origin.requests[-1][1].fields.get("if-none-match") == '"a"'
    assert (got.result, got.response.status, got.response.fields.get("etag")) == ("validated", 304, tag)
    whole = at.ask(accept_encoding="gzip").response
    assert (content(whole), whole.fields.get("etag")) == (TEXT, tag)


def test_a_304_of_an_origin_that_is_not_cached_has_the_tag_of_the_client() -> None:
    at = World({"/base/x": response(304, b"", etag='"a"', repr_digest="x")})
    got = at.ask("/api/x", "GET", b"content", accept_encoding="gzip", if_none_match='W/"a~gzip"').response
    assert at.origin.requests[-1][1].fields.get("if-none-match") == 'W/"a~gzip", "a"'
    assert (got.status, got.fields.get("etag"), got.fields.get("vary")) == (304, 'W/"a~gzip"', "Accept-Encoding")
    assert "repr-digest" not in got.fields


def test_a_change_on_condition_reaches_the_origin_with_its_tag() -> None:
    at = world()
    tag = at.ask(accept_encoding="br").response.fields.get("etag", "")
    at.ask("/api/x", "PUT", b"new", if_match=tag)
    assert at.origin.requests[-1][1].fields.get("if-match") == 'W/"a~br", "a"'


def test_conditions_reach_an_origin_that_is_such_a_gateway_too() -> None:
    at = world(b"coded", 200, **KEPT, content_encoding="br", etag='W/"a~br"')
    at.ask(accept_encoding="br")
    got = at.ask(accept_encoding="br", if_none_match='W/"a~br"').response
    assert (got.status, got.fields.get("etag")) == (304, 'W/"a~br"')


def test_a_range_is_of_the_content_without_a_coding() -> None:
    at = world()
    at.ask()
    got = at.ask(accept_encoding="gzip", range="bytes=4-8").response
    assert (got.status, got.body) == (206, b"quick")
    assert got.fields.get("etag") == '"a"'
    assert got.fields.get("vary") == "Accept-Encoding"
    assert "content-encoding" not in got.fields
    several = at.ask(accept_encoding="gzip", range="bytes=4-8, 10-14").response
    assert (several.status, several.fields.get("vary")) == (206, "Accept-Encoding")
    assert b"brown" in several.body
    beyond = at.ask(accept_encoding="gzip", range="bytes=90000-").response
    assert (beyond.status, beyond.body) == (416, b"")


def test_a_part_of_the_origin_varies_like_the_whole() -> None:
    at = world(TEXT[4:9], 206, content_type="text/plain", content_range=f"bytes 4-8/{len(TEXT)}")
    got = at.ask(accept_encoding="gzip", range="bytes=4-8").response
    assert (got.status, got.body, got.fields.get("vary")) == (206, b"quick", "Accept-Encoding")


def test_no_range_is_joined_to_a_compressed_answer() -> None:
    at = world()
    tag = at.ask(accept_encoding="gzip").response.fields.get("etag", "")
    for sent in (tag, tag.removeprefix("W/")):
        got = at.ask(accept_encoding="gzip", range="bytes=4-8", if_range=sent).response
        assert (got.status, content(got)) == (200, TEXT)
    own = at.ask(accept_encoding="gzip", range="bytes=4-8", if_range='"a"').response
    assert (own.status, own.body) == (206, b"quick")


def test_a_response_with_a_date_alone_gets_a_tag_so_that_no_client_joins_by_the_date() -> None:
    at = world(TEXT, 200, **KEPT, last_modified=LAST_MODIFIED)
    got = at.ask(accept_encoding="gzip").response.fields
    tag = got.get("etag", "")
    assert tag == 'W/"lm-2ebc98a1~gzip"'
    assert got.get("last-modified") == LAST_MODIFIED
    confirmed = at.ask(accept_encoding="gzip", if_none_match=tag, if_modified_since=LAST_MODIFIED).response
    assert (confirmed.status, confirmed.fields.get("etag")) == (304, tag)
    assert at.ask(accept_encoding="gzip", if_none_match=tag).response.status == 304
    assert at.ask(accept_encoding="gzip", if_none_match='W/"lm-2ebc98a0~gzip"').response.status == 200
    assert "etag" not in at.ask().response.fields


def test_content_that_fits_no_answer_is_compressed_for_a_client_that_would_rather_not() -> None:
    at = world()
    accepted = "gzip;q=0.1, identity"
    assert serve(at, room=len(TEXT), accept_encoding=accepted).body == TEXT
    assert content(serve(at, room=len(TEXT) - 1, accept_encoding=accepted)) == TEXT
    assert serve(at, "HEAD", room=len(TEXT) - 1, accept_encoding=accepted).fields.get("content-encoding") == "gzip"
    assert serve(at, room=len(TEXT) - 1, accept_encoding="identity").body == TEXT


def test_a_body_in_the_bucket_is_compressed() -> None:
    body = TEXT * 400
    at = world(body)
    for result in ("miss", "hit", "hit"):
        got = at.ask(accept_encoding="gzip")
        assert (got.result, content(got.response)) == (result, body)
        if result == "miss":
            at.restart()


def test_a_stale_answer_is_compressed() -> None:
    at = World({"/x": response(200, TEXT, **TAGGED)})
    at.ask("/open/x")
    at.now += 61
    at.outcomes["/x"] = response(500, b"")
    got = at.ask("/open/x", accept_encoding="gzip")
    assert (got.result, content(got.response)) == ("stale", TEXT)


def test_a_problem_is_not_compressed() -> None:
    at = World()
    assert at.ask("/none", accept_encoding="gzip, identity;q=0").response.fields.get("content-encoding") is None


def test_a_step_before_may_have_changed_the_body() -> None:
    at = world()
    at.gateway = replace(
        at.gateway,
        finish=lambda answer, _: replace(answer, response=replace(answer.response, body=answer.response.body[::-1])),
    )
    for _ in range(3):
        assert content(at.ask(accept_encoding="zstd").response) == TEXT[::-1]
