"""Each request of a client to a twin has one record, also if the twin refuses it; the twin's own pages have none."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from brine_cli.live.hub import Lost
from brine_cli.twin import Twin
from tests.unit.twin.wire import converse, request, split

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from brine_cli.live.hub import Mailbox
    from brine_cli.live.record import RequestRecord

JSON = b"content-type: application/json"
ONE_ROUTE = """
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: app.handler
      Runtime: python3.13
      Events: { One: { Type: HttpApi, Properties: { Path: /hello, Method: get } } }
"""


@contextmanager
def watched(twin: Twin) -> Iterator[Mailbox[RequestRecord]]:
    with twin.live.hub.subscribed() as mailbox:
        yield mailbox


def record_of(mailbox: Mailbox[RequestRecord]) -> RequestRecord:
    found = mailbox.get(30)
    assert found is not None
    assert not isinstance(found, Lost)
    return found


def test_a_request_to_a_function_has_a_record(twin: Twin) -> None:
    with watched(twin) as mailbox:
        _, _, body = split(converse(twin.url, request(b"PUT", b"/a%20b?c=d")))
        record = record_of(mailbox)
    assert (record.method, record.target, record.status, record.bytes) == ("PUT", "/a%20b?c=d", 200, len(body))
    assert record.function in twin.application.functions
    assert record.result is None
    assert record.seconds > 0


@pytest.mark.parametrize(
    ("sent", "status", "reason", "note"),
    [
        (request(b"GET", b"/", b"origin: https://a.example"), 403, "not admitted", "https://a.example"),
        (request(b"GET", b"/%zz"), 400, "bad path", "cannot decode"),
        (request(b"POST", b"/answer", JSON, body=b"{"), 502, "function failed", "JSONDecodeError"),
        (
            request(b"POST", b"/answer", JSON, body=b'{"statusCode": "x"}'),
            502,
            "malformed answer",
            "statusCode is 'x'",
        ),
        (request(b"PUT", b"/", b"content-length: 99999999"), 413, "body too large", ""),
    ],
)
def test_a_refused_request_has_a_record_with_the_reason(
    twin: Twin, sent: bytes, status: int, reason: str, note: str
) -> None:
    with watched(twin) as mailbox:
        converse(twin.url, sent)
        record = record_of(mailbox)
    assert (record.status, record.reason, record.result) == (status, reason, None)
    assert note in "\n".join(record.notes)


@pytest.mark.parametrize("path", [b"/_brine/stats", b"/%5Fbrine/stats", b"/_brine/stats?x"])
def test_the_twin_s_own_pages_reach_no_function_and_have_no_record(twin: Twin, path: bytes) -> None:
    with watched(twin) as mailbox:
        status, headers, body = split(converse(twin.url, request(b"GET", path)))
        converse(twin.url, request(b"GET", b"/after"))
        assert record_of(mailbox).target == "/after"
    assert status == b"HTTP/1.1 200 OK"
    assert json.loads(body)["since_start"].keys() >= {"requests", "hit_ratio"}
    assert not any(line.startswith(b"apigw-requestid") for line in headers)


@pytest.mark.parametrize(
    "field", [b"origin: https://a.example", b"sec-fetch-site: cross-site", b"host: a.example\r\nx: y"]
)
def test_the_twin_s_own_pages_are_admitted_like_any_request(twin: Twin, field: bytes) -> None:
    status, _, _ = split(converse(twin.url, request(b"GET", b"/_brine/stats", field)))
    assert status.split()[1] in {b"403", b"400"}


def test_a_path_without_a_route_names_the_routes(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("def handler(event, context): return 'hello'")
    (tmp_path / "template.yaml").write_text(ONE_ROUTE)
    with Twin(template=tmp_path / "template.yaml", report=lambda _: None) as twin, watched(twin) as mailbox:
        _, _, body = split(converse(twin.url, request(b"GET", b"/none")))
        record = record_of(mailbox)
    assert (record.status, record.reason, record.function) == (404, "no route", None)
    assert record.notes == ("API Gateway has no route for this. The routes are GET /hello",)
    assert json.loads(body) == {"message": "Not Found", "twin": "The routes are GET /hello"}
