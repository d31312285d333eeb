from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.memory.origin import MemoryOrigin
from brine.adapters.recorded_origin import PlayedOrigin, RecordingOrigin
from brine.domain.http.dates import date_field
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request, Response
from brine.domain.routing.origin import OriginAddress
from brine.errors import ConfigError, OriginTimeout, OriginUnreachable
from brine.ports.deadline import Deadline

if TYPE_CHECKING:
    from pathlib import Path

ORIGIN = OriginAddress("https", "api.example.com", 443)
DEADLINE = Deadline(10.0, lambda: 0.0)
BYTES = bytes(range(256))


def response(status: int = 200, body: bytes = b"hello", **fields: str) -> Response:
    return Response(status=status, body=body, fields=Fields((k.replace("_", "-"), v) for k, v in fields.items()))


def get(target: str = "/x", method: str = "GET", body: bytes = b"", **fields: str) -> Request:
    path, mark, query = target.partition("?")
    lines = Fields((k.replace("_", "-"), v) for k, v in fields.items())
    return Request(method=method, path=path, query=query if mark else None, fields=lines, body=body)


def recorded(file: Path, outcomes: Any, *requests: Request) -> PlayedOrigin:
    """The origin that answers as `outcomes` did to these requests."""
    recording = RecordingOrigin(MemoryOrigin(outcomes), file)
    for request in requests:
        recording.fetch(ORIGIN, request, DEADLINE)
    return PlayedOrigin(file)


def test_a_played_response_equals_the_recorded_one(tmp_path: Path) -> None:
    sent = response(203, BYTES, content_type="image/png", set_cookie="a=1")

    played = recorded(tmp_path / "api.jsonl", {"/x?a=1": sent}, get("/x?a=1"))

    assert played.fetch(ORIGIN, get("/x?a=1", authorization="Bearer other"), DEADLINE) == sent


@pytest.mark.parametrize("separator", ["\x85", "\x0b", "\x1c", "\u2028"])
def test_a_field_may_have_what_python_takes_for_the_end_of_a_line(tmp_path: Path, separator: str) -> None:
    """The second byte of "Å" in UTF-8 is 0x85."""
    sent = response(x_city=f"\xc3{separator}lesund")

    played = recorded(tmp_path / "api.jsonl", {"/x": sent}, get("/x"))

    assert played.fetch(ORIGIN, get("/x"), DEADLINE) == sent


def test_a_request_that_was_not_recorded_is_named(tmp_path: Path) -> None:
    played = recorded(tmp_path / "api.jsonl", {"/x": response()}, get("/x"))

    with pytest.raises(OriginUnreachable) as failure:
        played.fetch(ORIGIN, get("/y?b=2"), DEADLINE)

    assert failure.value.cause == "api.jsonl has no response for GET https://api.example.com/y?b=2"


def test_several_responses_come_in_their_order_and_the_last_one_repeats(tmp_path: Path) -> None:
    bodies = iter([b"1", b"2"])
    played = recorded(tmp_path / "f", lambda *_: response(body=next(bodies)), get(), get())

    assert [played.fetch(ORIGIN, get(), DEADLINE).body for _ in range(3)] == [b"1", b"2", b"2"]


def test_the_content_of_a_request_selects_the_response(tmp_path: Path) -> None:
    requests = [get(method="POST", body=body) for body in (b"one", b"two")]
    played = recorded(tmp_path / "f", lambda _, request: response(body=request.body), *requests)

    assert [played.fetch(ORIGIN, request, DEADLINE).body for request in requests] == [b"one", b"two"]


def test_a_played_response_answers_conditions_and_head(tmp_path: Path) -> None:
    played = recorded(tmp_path / "f", {"/x": response(etag='"1"', cache_control="max-age=60")}, get())

    unchanged = played.fetch(ORIGIN, get(if_none_match='"1"'), DEADLINE)
    assert (unchanged.status, unchanged.fields.get("etag"), unchanged.body) == (304, '"1"', b"")
    assert played.fetch(ORIGIN, get(if_none_match='"2"'), DEADLINE).status == 200
    head = played.fetch(ORIGIN, get(method="HEAD"), DEADLINE)
    assert (head.status, head.body) == (200, b"")


def test_an_answer_to_a_condition_or_a_range_is_not_recorded(tmp_path: Path) -> None:
    statuses = iter([304, 206, 200])
    played = recorded(tmp_path / "f", lambda *_: response(next(statuses)), get(), get(), get())

    assert played.fetch(ORIGIN, get(), DEADLINE).status == 200


def test_a_played_response_is_as_fresh_as_it_was(tmp_path: Path) -> None:
    old = response(date="Mon, 05 Jan 2026 10:00:00 GMT", expires="Mon, 05 Jan 2026 10:01:00 GMT")

    fields = recorded(tmp_path / "f", {"/x": old}, get()).fetch(ORIGIN, get(), DEADLINE).fields

    now = time.time()
    date, expires = date_field(fields, "date", now), date_field(fields, "expires", now)
    assert date is not None
    assert expires is not None
    assert abs(date - now) < 60
    assert expires - date == 60


def test_no_field_of_a_request_is_in_the_file(tmp_path: Path) -> None:
    recorded(tmp_path / "f", {"/x": response()}, get(authorization="Bearer s3cret", body=b"s3cret"))

    assert "s3cret" not in (tmp_path / "f").read_text()
    assert (tmp_path / "f").stat().st_mode & 0o077 == 0


def test_an_alias_stands_for_an_origin_whose_port_may_differ(tmp_path: Path) -> None:
    local, other = OriginAddress("http", "127.0.0.1", 38895), OriginAddress("http", "127.0.0.1", 40000)
    alias = OriginAddress("http", "httpbin.invalid", 80)
    moved = response(302, b"see http://127.0.0.1:38895/y", location="http://127.0.0.1:38895/y", x_note="127.0.0.1")
    recording = RecordingOrigin(MemoryOrigin({"/x": moved}), tmp_path / "f", (str(local), str(alias)))
    for origin in (local, other):
        recording.fetch(origin, get(), DEADLINE)

    played = PlayedOrigin(tmp_path / "f")

    answer = played.fetch(alias, get(), DEADLINE)
    assert (answer.fields.get("location"), answer.fields.get("x-note")) == ("http://httpbin.invalid/y", "127.0.0.1")
    assert answer.body == moved.body
    assert played.fetch(other, get(), DEADLINE) == moved
    with pytest.raises(OriginUnreachable):
        played.fetch(local, get(), DEADLINE)


def test_an_error_of_the_origin_is_raised_and_not_recorded(tmp_path: Path) -> None:
    recording = RecordingOrigin(MemoryOrigin({"/x": OriginTimeout("late")}), tmp_path / "f")

    with pytest.raises(OriginTimeout):
        recording.fetch(ORIGIN, get(), DEADLINE)

    assert not (tmp_path / "f").exists()


def test_lines_of_many_writers_do_not_mix(tmp_path: Path) -> None:
    recording = RecordingOrigin(MemoryOrigin(lambda *_: response(body=BYTES * 200)), tmp_path / "f")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: recording.fetch(ORIGIN, get(f"/{number}"), DEADLINE), range(80)))

    lines = (tmp_path / "f").read_text().splitlines()
    assert {json.loads(line)["url"] for line in lines} == {f"{ORIGIN}/{number}" for number in range(80)}


@pytest.mark.parametrize(
    "line",
    ["{", "[]", "[" * 100_000, '{"method": "GET"}', '{"method":"GET","url":"","content":"","status":"x"}'],
)
def test_a_line_that_is_no_response_is_named(tmp_path: Path, line: str) -> None:
    recorded(tmp_path / "f", {"/x": response()}, get())
    with (tmp_path / "f").open("a") as file:
        file.write(line + "\n")

    with pytest.raises(ConfigError, match=r"f:2: not a recorded response"):
        PlayedOrigin(tmp_path / "f")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.jsonl: the recorded responses cannot be read"):
        PlayedOrigin(tmp_path / "none.jsonl")
