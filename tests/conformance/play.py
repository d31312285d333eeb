"""Plays a story against a running twin, over real connections, and compares every answer with the story."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.unit.twin.wire import converse, request, split

if TYPE_CHECKING:
    from tests.conformance.scripted_origin import ScriptedOrigin
    from tests.conformance.story import Exchange, Story

PATIENCE = 10.0
"""Seconds that the queue and the refresher may take."""

type Lines = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer as the client received it."""

    status: int
    fields: Lines
    body: bytes

    @property
    def cache_status(self) -> list[str]:
        """The parameters of the gateway's member of Cache-Status, the last one."""
        last = [value for name, value in self.fields if name == "cache-status"][-1]
        before, name, parameters = last.rpartition("brine; ")
        assert name, self
        assert not before or before.endswith(", "), self
        return parameters.split("; ")


def play(story: Story, twin: str, origin: ScriptedOrigin) -> None:
    """Every exchange in turn. Raises AssertionError at the first that comes out otherwise."""
    for number, exchange in enumerate(story.exchanges, 1):
        time.sleep(exchange.pause)
        deadline = time.monotonic() + (PATIENCE if exchange.eventually else 0)
        while True:
            try:
                _exchange(exchange, story.path, twin, origin)
                break
            except AssertionError as error:
                if time.monotonic() >= deadline:
                    error.add_note(f"exchange {number} of: {story.name} ({story.source})")
                    raise
                time.sleep(0.05)


def _exchange(exchange: Exchange, path: str, twin: str, origin: ScriptedOrigin) -> None:
    if not exchange.eventually:
        refreshes = () if exchange.refresh is None else (exchange.refresh,)
        origin.script(path, *exchange.replies, *refreshes)
    target = (path + exchange.below).encode("latin-1")
    lines = [origin.resolved(line, path).encode("latin-1") for line in exchange.fields]
    answer = _parsed(converse(twin, request(exchange.method.encode(), target, *lines, body=exchange.content)))
    if exchange.refresh is None:
        _check_asked(exchange, path, origin)
    _check_answer(exchange, answer, path, origin)
    if exchange.refresh is not None:
        _wait_until_asked(path, origin)


def _parsed(raw: bytes) -> Answer:
    status, lines, body = split(raw)
    return Answer(int(status.split(b" ")[1]), _named(lines), body)


def _named(lines: list[bytes]) -> Lines:
    pairs = (line.decode("latin-1").partition(":") for line in lines)
    return [(name.lower(), value.strip(" \t")) for name, _, value in pairs]


def _check_asked(exchange: Exchange, path: str, origin: ScriptedOrigin) -> None:
    asked = [] if exchange.eventually else origin.asked(path)
    if not exchange.eventually:
        least = len(exchange.replies)
        most = least + (least > 0 and exchange.replies[-1].raw is not None)
        assert least <= len(asked) <= most, asked
    if not asked:
        return
    start, lines, content = split(asked[0])
    fields = _named(lines)
    assert start.decode("latin-1") == f"{exchange.method} {path}{exchange.below} HTTP/1.1"
    assert content == exchange.content
    assert any(name == "via" and value.startswith("1.1 brine-") for name, value in fields)
    _check_fields(fields, exchange.sent, exchange.withheld, path, origin)


def _check_answer(exchange: Exchange, answer: Answer, path: str, origin: ScriptedOrigin) -> None:
    assert (answer.status, _without_cause(answer.body)) == (exchange.status, exchange.body), answer
    said = answer.cache_status
    assert all(any(one.startswith(part) for one in said) for part in exchange.says), answer
    assert ("hit" in said) != any(part.startswith("fwd=") for part in said) or "detail=only-if-cached" in said, answer
    names = [name for name, _ in answer.fields]
    assert names.count("date") == 1, answer
    assert "hit" not in said or names.count("age") == 1, answer
    _check_fields(answer.fields, exchange.gives, exchange.lacks, path, origin)


def _without_cause(body: bytes) -> bytes:
    """Return the body. Of a problem about an origin, without the cause, which the gateway tells on an emulator only."""
    if not body.startswith(b'{"type": "urn:brine:problem:origin-'):
        return body
    problem = json.loads(body)
    del problem["detail"]
    return json.dumps(problem).encode()


def _check_fields(
    fields: Lines, present: tuple[str, ...], absent: tuple[str, ...], path: str, origin: ScriptedOrigin
) -> None:
    for line in present:
        name, _, value = origin.resolved(line, path).partition(":")
        assert (name.lower(), value.strip()) in fields, fields
    assert not {name.lower() for name in absent} & {name for name, _ in fields}, fields


def _wait_until_asked(path: str, origin: ScriptedOrigin) -> None:
    deadline = time.monotonic() + PATIENCE
    while not origin.asked(path):
        assert time.monotonic() < deadline, "nobody refreshed"
        time.sleep(0.05)
