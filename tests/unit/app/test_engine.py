"""The engine of an app: events of Lambda in, results and log lines out."""

from __future__ import annotations

import io
import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.emf.answer_log import AnswerLog
from brine.adapters.emf.lines import MetricLines
from brine.adapters.emf.settings import LogSettings
from brine.adapters.memory.refresh_queue import MemoryRefreshQueue
from brine.adapters.sqs import refresh_message
from brine.app.engine import Engine
from brine.domain.costs.usage import BilledCall
from brine.errors import OriginUnreachable
from brine.ports.billed_calls import current_calls
from brine.service.http_cache.refresh_requests import RefreshRequests
from brine.testing import Clock, Reply
from tests.support.events import load_event
from tests.support.gateway.fleet import Fleet
from tests.support.gateway.parts import app_of, route

if TYPE_CHECKING:
    from brine.app.app import App

SECRET = "a secret of the tests"
CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 30_000, aws_request_id="the-request")


class Handler:
    """The engine of an app in memory, with a clock, a queue and the lines of its log."""

    def __init__(self, app: App, replies: dict[str, Any] | None = None) -> None:
        self.clock, self.queue, self.replies = Clock(), MemoryRefreshQueue(), replies or {}
        self.stream = io.StringIO()
        fleet = Fleet(
            app,
            tuple(route(name) for name in self.replies),
            lambda _address, request: self._reply(request.path),
            count=1,
            clock=self.clock,
            refreshes=RefreshRequests(self.queue, pause=0),
        )
        self.engine = Engine(fleet.composed[0], AnswerLog(MetricLines(LogSettings(), self.stream.write)))

    def __call__(self, event: Any) -> Any:
        return self.engine.handle(event, CONTEXT)

    def get(self, path: str, **headers: str) -> Any:
        event = load_event("http-api/get-cache.json")
        event["rawPath"], event["rawQueryString"] = path, ""
        event["requestContext"]["http"]["path"] = path
        event["headers"] = headers
        return self(event)

    def lines(self) -> list[dict[str, Any]]:
        """The lines of the log since the last time."""
        text = self.stream.getvalue()
        self.stream.seek(0)
        self.stream.truncate()
        return [json.loads(line) for line in text.splitlines()]

    def _reply(self, path: str) -> Any:
        calls = current_calls.get()
        assert calls is not None
        calls.append(BilledCall("GetItem", 0.5))  # as a call to AWS for the part would be
        content = self.replies[path.strip("/")]
        return content.response() if isinstance(content, Reply) else content


def whole(fetch: Any) -> Any:
    return fetch("a", "/a").json()


def test_an_event_is_answered_and_logged_with_its_parts() -> None:
    handler = Handler(app_of(whole), {"a": Reply(SECRET, headers={"cache-control": "max-age=60"})})
    result = handler.get("/w")
    assert (result["statusCode"], result["body"]) == (200, f'"{SECRET}"')
    assert handler.get("/w")["headers"]["cache-status"].startswith("brine; hit")
    first, second = handler.lines()
    assert (first["result"], first["route"], first["request_id"]) == ("miss", "w", "the-request")
    assert [(part["route"], part["result"], part["status"]) for part in first["parts"]] == [("a", "miss", 200)]
    assert (second["result"], second["layer"], "parts" in second) == ("hit", "memory", False)
    assert SECRET not in json.dumps([first, second])


def test_the_calls_for_all_parts_count_for_the_answer() -> None:
    def three(fetch: Any) -> Any:
        return [part.json() for part in fetch.all(("a", "/a"), ("b", "/b"), ("c", "/c"))]

    handler = Handler(app_of(three), {name: Reply(name) for name in "abc"})
    for path in ("/w", "/w"):
        handler.get(path)
    miss, hit = handler.lines()
    assert (miss["read_units"], miss["calls"]) == (1.5, {"GetItem": 3})
    assert hit.keys().isdisjoint({"read_units", "calls"})
    assert current_calls.get() is None


def test_the_log_has_the_traceback_and_the_client_has_not() -> None:
    def failing() -> None:
        raise KeyError(SECRET)

    handler = Handler(app_of(failing))
    result = handler.get("/w")
    assert result["statusCode"] == 500
    assert not [word for word in (SECRET, "KeyError", "failing", "Traceback") if word in json.dumps(result)]
    (line,) = handler.lines()
    assert (line["level"], line["problem"], line["exception_name"]) == ("ERROR", "function-failed", "KeyError")
    assert "in failing" in line["exception"]


def test_a_failed_part_is_logged_with_its_status_and_without_a_traceback() -> None:
    handler = Handler(app_of(whole), {"a": OriginUnreachable("down")})
    assert handler.get("/w")["statusCode"] == 502
    (line,) = handler.lines()
    assert (line["level"], line["problem"], line["parts"][0]["result"]) == ("WARNING", "part-failed", "failed")
    assert "exception" not in line


@pytest.mark.parametrize("event", [{}, {"version": "2.0"}, [], "x", None])
def test_an_event_that_is_none_is_a_problem(event: Any) -> None:
    handler = Handler(app_of(lambda: 1))
    result = handler(event)
    assert result["statusCode"] in {400, 500}
    (line,) = handler.lines()
    assert line["problem"] in {"event-invalid", "internal"}


def test_an_error_of_the_gateway_is_a_problem_and_the_next_event_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    handler = Handler(app_of(lambda: 1))

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(SECRET)

    with monkeypatch.context() as patched:
        patched.setattr("brine.service.gateway.Gateway.serve", fail)
        result = handler.get("/w")
    assert (result["statusCode"], SECRET in json.dumps(result)) == (500, False)
    (line,) = handler.lines()
    assert (line["problem"], SECRET in line["exception"]) == ("internal", True)
    assert handler.get("/w")["statusCode"] == 200


def test_an_answer_that_is_too_large_for_lambda_is_a_problem() -> None:
    handler = Handler(app_of(lambda: "x" * 7_000_000))
    result = handler.get("/w")
    assert (result["statusCode"], json.loads(result["body"])["type"]) == (501, "urn:brine:problem:answer-too-large")
    assert "Return less at a time" in json.loads(result["body"])["detail"]


def test_messages_of_the_queue_are_refreshes_and_only_failed_ones_come_again() -> None:
    runs: list[str] = []

    def refreshed(name: str) -> str:
        runs.append(name)
        if runs.count(name) > 1 and name == "bad":
            raise KeyError(SECRET)
        return name

    handler = Handler(app_of(refreshed, "/w/<name>", grace="1h"))
    for path in ("/w/good", "/w/bad"):
        handler.get(path)
    handler.clock.advance("61s")
    for path in ("/w/good", "/w/bad"):
        assert "fwd" not in handler.get(path)["headers"]["cache-status"]
    handler.lines()
    records = [
        {"messageId": str(number), "body": refresh_message.write(request)}
        for number, request in enumerate(handler.queue.requests)
    ]
    records.append({"messageId": "malformed", "body": "{"})
    assert handler({"Records": records}) == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert sorted(runs) == ["bad", "bad", "good", "good"]
    outcomes = {line["message_id"]: (line["outcome"], line["level"]) for line in handler.lines()}
    assert outcomes == {"0": ("refreshed", "INFO"), "1": ("failed", "ERROR"), "malformed": ("malformed", "WARNING")}
    assert handler({"Records": []}) == {"batchItemFailures": []}


def test_the_handler_makes_its_engine_once_and_closes_the_app(monkeypatch: pytest.MonkeyPatch) -> None:
    app = app_of(lambda: 1)
    made: list[object] = []

    def make(*given: object, **_: object) -> object:
        made.append(given)
        return SimpleNamespace()

    monkeypatch.setattr("brine.app.engine.connected_engine", make)
    assert app.engine() is app.engine()
    assert len(made) == 1
    assert app.registrations.is_closed
