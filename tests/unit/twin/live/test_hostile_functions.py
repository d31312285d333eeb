"""A function, or an origin behind it, writes what it likes: each request still has its answer and its record."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine_cli.live.answered import answered_line
from brine_cli.live.live import Live
from brine_cli.live.record import RequestRecord
from brine_cli.live.text.function_lines import readable
from brine_cli.live.text.printer import LogPrinter
from tests.unit.twin.live.making import exchange, log_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from brine_cli.http.messages import HeaderLine

DEEP = "[" * 200_000
TEXTS = st.sampled_from(["", "hit", "problem", "x", "\ud800", "\x1b[2J", "9"])
NUMBERS = st.integers() | st.floats() | st.sampled_from([1e400, -1e400, 10**400])
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner)
)
PARTS = st.lists(st.dictionaries(st.sampled_from(["route", "result", "status", "milliseconds", "cause"]), VALUES))
MEMBERS = st.dictionaries(
    st.sampled_from(
        ["route", "result", "layer", "stored", "origin_milliseconds", "retries", "problem", "cause", "exception"]
    ),
    VALUES,
)
STATUSES = st.lists(
    st.sampled_from(
        ["brine", "hit", 'ttl="x"', "ttl=-5", "ttl=1.5", "ttl", "fwd=5", "fwd=stale", "detail=?1", "stored"]
    )
)


def recorded(line: str, headers: Iterable[HeaderLine] = (), *, status: int = 200, body: bytes = b"") -> list[str]:
    """The lines of a terminal about a request whose function wrote this line, after all readers got the record."""
    out = io.StringIO()
    with LogPrinter("line", out, out, {"COLUMNS": "100"}) as printer, Live(printer, monotonic=lambda: 5.0) as live:
        answered = exchange(response_headers=headers, status=status, body=body)
        begun = live.recorder.begin(answered.request)
        begun.id, begun.function = answered.id, "GatewayFunction"
        live.taker(None)(line)
        live.recorder.end(begun, answered.response)
        live.recorder.close()
        json.dumps(live.snapshot({}))
        with live.hub.subscribed(recent=1) as mailbox:
            found = mailbox.get(0.0)
        assert isinstance(found, RequestRecord)
        RequestRecord.from_json(found.to_json())
    return out.getvalue().splitlines()


@given(MEMBERS, VALUES | PARTS, VALUES, STATUSES)
def test_no_line_and_no_cache_status_takes_an_answer_away(
    members: dict[str, Any], parts: Any, faults: Any, status: list[str]
) -> None:
    line = log_line("1", **members, parts=parts, faults=faults)
    assert any("/x?a=1" in one for one in recorded(line, [(b"cache-status", "; ".join(status).encode())]))


@pytest.mark.parametrize(
    "members",
    [
        {"origin_milliseconds": "abc"},
        {"origin_milliseconds": float("inf")},
        {"parts": 5},
        {"parts": [1]},
        {"parts": [{"milliseconds": None}]},
        {"route": {"a": 1}},
        {"retries": "9"},
        {"faults": [1]},
    ],
)
def test_a_line_with_values_that_no_gateway_writes_is_not_that_of_an_answer(members: dict[str, Any]) -> None:
    assert answered_line(log_line("1")) is not None
    assert answered_line(log_line("1", **members)) is None


def test_json_of_any_depth_is_a_line() -> None:
    line = f'{DEEP}"answered"'
    assert answered_line(line) is None
    assert readable(line) == line
    assert [" 200 " in one for one in recorded(line)] == [False, True]


def test_a_deep_problem_of_an_origin_has_a_record_without_its_detail() -> None:
    headers = [(b"content-type", b"application/problem+json")]
    assert [" 502 " in one for one in recorded("a line", headers, status=502, body=DEEP.encode())] == [False, True]


def test_a_long_detail_of_an_origin_does_not_stay_in_memory() -> None:
    body = json.dumps({"detail": "x" * 1_000_000}).encode()
    made = exchange(response_headers=[(b"content-type", b"application/problem+json")], status=502, body=body)
    (note,) = made.record({}).notes
    assert len(note) == 2_000
