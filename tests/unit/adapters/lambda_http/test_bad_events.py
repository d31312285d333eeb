"""The adapter refuses an event that is not an HTTP request with a reason, and without repeating the event's content."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from brine.adapters.lambda_http import read
from brine.errors import BadEvent, BrineError
from tests.support.events import EVENTS, load_event

FORMAT_1_OF_AN_HTTP_API = load_event("rest-api/get-cache.json") | {"version": "1.0"}


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (None, "not a JSON object"),
        ([], "not a JSON object"),
        ({}, "no requestContext"),
        ({"Records": [{"eventSource": "aws:sqs"}]}, "no requestContext"),
        ({"requestContext": "x"}, "no requestContext"),
        ({"requestContext": {"connectionId": "x", "eventType": "MESSAGE"}}, "not an HTTP request"),
        (FORMAT_1_OF_AN_HTTP_API, "PayloadFormatVersion to 2.0"),
    ],
)
def test_other_events(event: object, reason: str) -> None:
    with pytest.raises(BadEvent, match=reason):
        read(event)


@pytest.mark.parametrize(
    ("name", "members", "reason"),
    [
        ("http-api/get-cache.json", {"rawPath": None}, "rawPath"),
        ("http-api/get-cache.json", {"rawPath": "secret"}, "does not begin"),
        ("http-api/get-cache.json", {"rawPath": "/\ud800"}, "surrogate"),
        ("http-api/get-cache.json", {"rawQueryString": 1}, "rawQueryString"),
        ("http-api/get-cache.json", {"cookies": "secret"}, "cookies"),
        ("http-api/get-cache.json", {"cookies": [1]}, "cookies"),
        ("http-api/get-cache.json", {"headers": []}, "headers"),
        ("http-api/get-cache.json", {"requestContext": {"http": "secret"}}, "http"),
        ("http-api/get-cache.json", {"requestContext": {"http": {"method": "GE T"}}}, "method"),
        ("http-api/get-cache.json", {"body": 1}, "body"),
        ("http-api/get-cache.json", {"body": "secret!", "isBase64Encoded": True}, "isBase64Encoded"),
        ("http-api/get-cache.json", {"body": "YWJj\nZGVm", "isBase64Encoded": True}, "isBase64Encoded"),
        ("http-api/get-cache.json", {"body": "ä", "isBase64Encoded": True}, "isBase64Encoded"),
        ("http-api/get-cache.json", {"body": "\ud800"}, "isBase64Encoded"),
        ("rest-api/get-cache.json", {"httpMethod": None}, "method"),
        ("rest-api/get-cache.json", {"path": None}, "path"),
        ("rest-api/get-cache.json", {"multiValueHeaders": {"a": "secret"}}, "multiValueHeaders"),
        ("rest-api/get-cache.json", {"multiValueQueryStringParameters": {"a": [1]}}, "multiValueQueryStringParameters"),
        ("alb/get-cache.json", {"queryStringParameters": {"a": None}}, "a is not text"),
        ("alb/get-cache.json", {"path": ""}, None),
    ],
)
def test_malformed_events(name: str, members: dict[str, Any], reason: str | None) -> None:
    event = load_event(name) | members
    if reason is None:
        assert read(event).request.path == "/"
        return
    with pytest.raises(BadEvent, match=reason) as refused:
        read(event)
    assert "secret" not in str(refused.value)
    assert isinstance(refused.value, BrineError)


@pytest.mark.parametrize("name", sorted(str(path.relative_to(EVENTS)) for path in EVENTS.rglob("*.json")))
@pytest.mark.parametrize("odd", [None, 7, True, "x", [], [7], {"x": 7}, {"": ["x"]}], ids=repr)
def test_any_member_may_be_odd_and_the_event_is_read_or_refused(name: str, odd: object) -> None:
    event = load_event(name)
    for member in (*event, "body", "cookies"):
        with suppress(BadEvent):  # and nothing else
            read(event | {member: odd})
