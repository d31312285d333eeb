"""The record of an answer: its result, its reason in few words, and sentences for the developer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine.domain.caching.decide import unusable_because
from brine.domain.caching.freshness import Freshness
from brine.domain.http.cache_control import NO_DIRECTIVES, parse_request_directives
from brine.domain.http.fields import Fields
from brine_cli.live.answered import own_status
from brine_cli.live.reasons import decisive_part
from brine_cli.live.record import RequestRecord
from tests.unit.twin.live.making import exchange, record

NO_CACHE = (b"cache-control", b"no-cache")


def explained(status: str, *request_headers: tuple[bytes, bytes], **line: Any) -> RequestRecord:
    """The record of an answer with this Cache-Status."""
    return exchange(request_headers, [(b"Cache-Status", status.encode())]).record(line)


@pytest.mark.parametrize(
    ("status", "request_headers", "line", "result", "reason"),
    [
        ("brine; hit; ttl=57", (), {"result": "hit"}, "hit", None),
        ("brine; fwd=uri-miss; fwd-status=200; stored; ttl=60", (), {"result": "miss"}, "miss", "uri-miss"),
        ("brine; fwd=uri-miss; fwd-status=200; detail=no-freshness", (), {"result": "miss"}, "miss", "no-freshness"),
        ("brine; fwd=vary-miss; fwd-status=200; detail=vary", (), {"result": "miss"}, "miss", "vary-miss; vary"),
        ("brine; fwd=request; fwd-status=304", (NO_CACHE,), {"result": "validated"}, "validated", "request: no-cache"),
        (
            "brine; fwd=request; fwd-status=200; detail=set-cookie",
            ((b"cache-control", b"max-age=0"),),
            {"result": "miss"},
            "miss",
            "request: max-age=0; set-cookie",
        ),
        ("brine; detail=route-unknown", (), {"result": "problem", "problem": "route-unknown"}, "problem", None),
        ("brine; fwd=stale; detail=origin-timeout", (), {"result": "stale"}, "stale", "stale; origin-timeout"),
        ("a; hit, brine; fwd=method; fwd-status=200", (), {}, "pass", "method"),  # the line did not come
        ("brine; hit; ttl=3", (), {}, "hit", None),
        ("brine; fwd=uri-miss", (), {}, "miss", "uri-miss"),
        ("other; hit", (), {}, None, None),
        ("not (structured", (), {}, None, None),
    ],
)
def test_a_result_and_its_reason(
    status: str,
    request_headers: tuple[tuple[bytes, bytes], ...],
    line: dict[str, Any],
    result: str | None,
    reason: str | None,
) -> None:
    made = explained(status, *request_headers, **line)
    assert (made.result, made.reason, made.cache_status) == (result, reason, status)


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([("cache-control", "no-cache, max-age=0")], "no-cache"),
        ([("cache-control", "min-fresh=30")], "min-fresh=30"),
        ([("cache-control", "max-age=0, min-fresh=30, max-stale=5")], "max-age=0"),
        ([("cache-control", "max-age=9, min-fresh=30")], "min-fresh=30 or max-age=9"),
        ([("cache-control", "max-age=9, min-fresh=0")], "max-age=9"),
        ([("cache-control", "max-age=9"), ("cache-control", "no-store")], "no-store"),
        ([("if-match", '"secret"'), ("if-unmodified-since", "x"), ("cache-control", "no-store")], "if-match"),
        ([("if-unmodified-since", "Mon, 30 Nov 2026 00:00:00 GMT")], "if-unmodified-since"),
        ([("cache-control", "max-stale, only-if-cached")], None),
        ([("pragma", "no-cache")], None),  # the gateway ignores it (RFC 9111 5.4)
        ([], None),
    ],
)
def test_the_part_of_a_request_that_decides(lines: list[tuple[str, str]], found: str | None) -> None:
    assert decisive_part(Fields(lines)) == found


DIRECTIVES = st.fixed_dictionaries(
    {}, optional={name: st.integers(0, 60) for name in ("max-age", "min-fresh", "max-stale")} | {"no-cache": st.none()}
)


@given(DIRECTIVES, st.floats(0, 59.9))
def test_the_part_is_that_of_the_gateway_s_decision(directives: dict[str, int | None], age: float) -> None:
    text = ", ".join(name if value is None else f"{name}={value}" for name, value in directives.items())
    fields = Fields([("cache-control", text)])
    because = unusable_because(
        Freshness(lifetime=60, age=age, directives=NO_DIRECTIVES), parse_request_directives(fields)
    )
    if because is not None:
        assert because.removeprefix("request-") in (decisive_part(fields) or "")


def test_the_gateway_s_own_member_of_cache_status_is_the_last() -> None:
    assert own_status(['brine; hit; ttl=9, "x"; a', 'brine; fwd=stale; detail="a b"']) == {
        "fwd": "stale",
        "detail": "a b",
    }


def test_parts_have_their_times_in_seconds() -> None:
    part = {"route": "prices", "result": "miss", "status": 200, "milliseconds": 12.5, "cause": "refused"}
    made = exchange().record({"result": "miss", "parts": [part, {**part, "result": "hit"}]})
    assert made.parts[0] == {"route": "prices", "result": "miss", "status": 200, "seconds": 0.0125, "cause": "refused"}
    assert made.origin_calls == 1


def test_the_times_of_the_gateway_and_of_the_origin_are_in_seconds() -> None:
    made = exchange().record({"result": "miss", "milliseconds": 15.5, "origin_milliseconds": 12})
    assert (made.gateway_seconds, made.origin_seconds) == (0.0155, 0.012)
    assert exchange().record({}).gateway_seconds is None


def test_the_detail_of_a_problem_and_a_stack_trace_become_notes() -> None:
    body = json.dumps({"title": "t", "detail": "no route covers /x"}).encode()
    headers = [(b"content-type", b"Application/Problem+JSON; charset=utf-8")]
    made = exchange((), headers, status=404, body=body).record({"exception": "Traceback\nValueError: x"})
    assert made.notes == ("no route covers /x", "Traceback\nValueError: x")


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ([(b"content-type", b"application/json")], b'{"detail": "x"}'),
        ([(b"content-type", b"application/problem+json"), (b"content-encoding", b"gzip")], b"\x1f\x8b"),
        ([(b"content-type", b"application/problem+json")], b"not json"),
        ([(b"content-type", b"application/problem+json")], b'["detail"]'),
        ([(b"content-type", b"application/problem+json")], b'{"detail": 1}'),
    ],
)
def test_other_bodies_are_not_read(headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    assert exchange((), headers, body=body).record({}).notes == ()


def test_json_gives_the_same_record_back_and_leaves_out_what_it_does_not_know() -> None:
    made = record(faults=("table-throttled",), parts=({"route": "a", "result": "hit"},), notes=("é\n",), ttl=-3)
    assert RequestRecord.from_json(made.to_json()) == made
    assert "\n" not in made.to_json()
    assert RequestRecord.from_json(json.dumps({**json.loads(made.to_json()), "later": 1})) == made


@pytest.mark.parametrize("text", ["[]", "{", "3", "{}"])
def test_other_json_is_no_record(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        RequestRecord.from_json(text)
