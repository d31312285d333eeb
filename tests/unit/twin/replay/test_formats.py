"""Each format of a log gives the same rows, and each wrong line says why it is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from brine_cli.errors import CommandError
from brine_cli.replay.logs.combined import CombinedLines
from brine_cli.replay.logs.csv_rows import CsvLines
from brine_cli.replay.logs.detection import detect
from brine_cli.replay.logs.documents import entries
from brine_cli.replay.logs.json_lines import JsonLines
from brine_cli.replay.logs.reading import Reading
from brine_cli.replay.logs.targets import Targets
from brine_cli.replay.logs.times import time_of_text
from brine_cli.replay.rows import Row, WrongLine

FILE = Path("access.log")
AT = 1_789_387_200.0
"""2026-09-14 12:00:00 UTC."""
COMBINED = '203.0.113.9 - - [14/Sep/2026:12:00:00 +0000] "GET /shop/a?x=1 HTTP/1.1" 200 512 "-" "curl/8"'
REST = {
    "requestId": "1",
    "ip": "203.0.113.9",
    "requestTime": "14/Sep/2026:12:00:00 +0000",
    "httpMethod": "GET",
    "path": "/prod/shop/a",
    "stage": "prod",
    "status": "200",
    "responseLength": "512",
    "integrationLatency": "250",
}
ROW = Row(AT, "GET", "/shop/a", 200, 512, 0.25)


@pytest.mark.parametrize(
    "text",
    [
        "14/Sep/2026:12:00:00 +0000",
        "14/Sep/2026:14:00:00 +0200",
        "14/Sep/2026:08:30:00 -0330",
        "2026-09-14T12:00:00Z",
        "2026-09-14T12:00:00.000+00:00",
        "2026-09-14 12:00:00",
        "1789387200",
        "1789387200.000",
        "1789387200000",
        "1789387200000000",
    ],
)
def test_times_are_read(text: str) -> None:
    assert time_of_text(text) == AT


@pytest.mark.parametrize(
    "text", ["", "yesterday", "14/Foo/2026:12:00:00 +0000", "2026-99-14", "-5", "99999999999999999999"]
)
def test_other_texts_are_no_times(text: str) -> None:
    with pytest.raises(WrongLine, match=r"is not a time"):
        time_of_text(text)


@pytest.mark.parametrize(
    ("line", "row"),
    [
        (COMBINED, Row(AT, "GET", "/shop/a?x=1", 200, 512)),
        (COMBINED + ' urt="0.250"', Row(AT, "GET", "/shop/a?x=1", 200, 512, 0.25)),
        (COMBINED + " rt=0.250 uct=0.001", Row(AT, "GET", "/shop/a?x=1", 200, 512, 0.25)),
        (COMBINED.removesuffix(' "-" "curl/8"'), Row(AT, "GET", "/shop/a?x=1", 200, 512)),
        ("shop.example.com:443 " + COMBINED, Row(AT, "GET", "/shop/a?x=1", 200, 512)),
        (COMBINED.replace("- -", "- Anna Lee"), Row(AT, "GET", "/shop/a?x=1", 200, 512)),
        (COMBINED.replace("200 512", "304 -"), Row(AT, "GET", "/shop/a?x=1", 304)),
        (COMBINED.replace("/shop/a?x=1", "http://h.test/shop/a?x=1"), Row(AT, "GET", "/shop/a?x=1", 200, 512)),
        (COMBINED.replace('"curl/8"', r'"a \"quoted\" agent"'), Row(AT, "GET", "/shop/a?x=1", 200, 512)),
    ],
)
def test_combined_lines_are_read(line: str, row: Row) -> None:
    assert CombinedLines(Reading()).row(line) == row


def test_the_agent_is_read_for_routes_that_use_it() -> None:
    row = CombinedLines(Reading(fields=frozenset({"user-agent", "referer"}))).row(COMBINED)
    assert row == Row(AT, "GET", "/shop/a?x=1", 200, 512, -1, (None, (("user-agent", "curl/8"),), None, b""))


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("hello", "not a line of the combined log format"),
        (COMBINED.replace("GET /shop/a?x=1 HTTP/1.1", r"\x16\x03\x01"), "not a request line"),
        (COMBINED.replace("GET /shop/a?x=1", "GET shop"), "neither a path nor a URL"),
        (COMBINED.replace("Sep", "Foo"), "is not a time"),
    ],
)
def test_a_wrong_combined_line_says_why(line: str, why: str) -> None:
    with pytest.raises(WrongLine, match=why):
        CombinedLines(Reading()).row(line)


@pytest.mark.parametrize(
    "line",
    [
        json.dumps(REST),
        "2026-09-14T12:00:01.000Z " + json.dumps(REST),
        "2026-09-14T12:00:01 stream-1 " + json.dumps(REST) + "\r",
        json.dumps({**REST, "requestTime": None, "requestTimeEpoch": int(AT * 1000)}),
        json.dumps({**REST, "path": "/shop/a", "stage": "$default"}),
        json.dumps(
            {"time": AT, "method": "GET", "target": "/shop/a", "status": 200, "bytes": 512, "origin_seconds": 0.25}
        ),
        json.dumps(
            {
                "time_iso8601": "2026-09-14T12:00:00+00:00",
                "request": "GET /shop/a HTTP/2.0",
                "status": "200",
                "body_bytes_sent": "512",
                "upstream_response_time": "0.100, 0.250",
            }
        ),
    ],
)
def test_json_lines_are_read(line: str) -> None:
    assert JsonLines(Reading()).row(line) == ROW


@pytest.mark.parametrize(
    ("changes", "extra"),
    [
        ({"authorizer": {"claims": {"org": "acme"}}}, ("acme", (), None, b"")),
        ({"authorizer.claims.org": "acme"}, ("acme", (), None, b"")),
        ({"tenant": "acme"}, ("acme", (), None, b"")),
        ({"response_headers": {"Cache-Control": "no-store"}}, (None, (), (("cache-control", "no-store"),), b"")),
        ({"request.accept": "text/html"}, (None, (("accept", "text/html"),), None, b"")),
    ],
)
def test_tenants_and_fields_in_json_are_read(changes: dict[str, object], extra: tuple[object, ...]) -> None:
    row = JsonLines(Reading(tenants=frozenset({"claim:org"}))).row(json.dumps({**REST, **changes}))
    assert row is not None
    assert row.extra == extra


def test_a_query_in_a_member_of_its_own_belongs_to_the_target() -> None:
    row = JsonLines(Reading()).row(json.dumps({**REST, "queryString": "x=1"}))
    assert row is not None
    assert row.target == "/shop/a?x=1"


def test_other_names_of_members_can_be_given() -> None:
    record = {"when": AT, "verb": "GET", "where": "/shop/a", "code": 200, "len": 512, "took": 250}
    names = {
        "time": "when",
        "method": "verb",
        "target": "where",
        "status": "code",
        "bytes": "len",
        "milliseconds": "took",
    }
    assert JsonLines(Reading(names=names)).row(json.dumps(record)) == ROW


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "this is not JSON: .*"),
        ("no object", "no JSON object in this line"),
        ('{"level": "INFO", "message": "cold start"}', "no time among level, message"),
        (json.dumps({**REST, "status": "-"}), "the status '-' is not a whole number"),
        (json.dumps({**REST, "integrationLatency": "soon"}), "the time of the origin is not a number"),
        (json.dumps({**REST, "requestTime": [1]}), "is not a time"),
    ],
)
def test_a_wrong_json_line_says_why(line: str, why: str) -> None:
    with pytest.raises(WrongLine, match=why):
        JsonLines(Reading()).row(line)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read(delimiter: str) -> None:
    header = delimiter.join(["time", "method", "path", "query", "status", "bytes", "latency_ms"])
    line = delimiter.join(["2026-09-14T12:00:00Z", "GET", "/shop/a", "", "200", "512", "250"])
    assert CsvLines(Reading(), header).row(line) == ROW


def test_a_quoted_cell_of_csv_may_have_a_comma() -> None:
    lines = CsvLines(Reading(), "time,path,status,request.accept")
    row = lines.row(f'{AT},/a,200,"text/html, */*"')
    assert row is not None
    assert row.extra == (None, (("accept", "text/html, */*"),), None, b"")


def test_a_line_of_csv_with_too_few_cells_says_so() -> None:
    with pytest.raises(WrongLine, match=r"2 cells, and the header has 3 columns"):
        CsvLines(Reading(), "time,path,status").row("1,2")


def har(*urls: str, **response: object) -> str:
    made = [
        {
            "startedDateTime": "2026-09-14T12:00:00.000Z",
            "time": 300,
            "timings": {"wait": 250},
            "request": {"method": "GET", "url": url, "headers": [{"name": ":method", "value": "GET"}]},
            "response": {
                "status": 200,
                "bodySize": 512,
                "content": {"size": 900},
                "headers": [{"name": "ETag", "value": '"1"'}],
                **response,
            },
        }
        for url in urls
    ]
    return json.dumps({"log": {"version": "1.2", "entries": made}}, indent=1)


def test_har_is_read_with_the_fields_of_its_messages() -> None:
    expected = ROW._replace(extra=(None, (), (("etag", '"1"'),), b""))
    assert list(entries(har("https://h.test/shop/a"), FILE, Reading())) == [expected]


def test_a_request_without_a_response_in_a_har_is_wrong() -> None:
    (entry,) = entries(har("https://h.test/a", status=0), FILE, Reading())
    assert str(entry) == "the request got no response"


def test_a_broken_entry_of_a_har_is_wrong() -> None:
    (entry,) = entries('{"log": {"entries": [{"request": 5}]}}', FILE, Reading())
    assert isinstance(entry, WrongLine)


def test_a_har_with_several_hosts_asks_for_one() -> None:
    text = har("https://cdn.test/a", "https://h.test/a")
    with pytest.raises(CommandError, match=r"the requests are to 2 hosts: cdn.test, h.test. Name those of your API by"):
        list(entries(text, FILE, Reading()))
    found = list(entries(text, FILE, Reading(hosts=frozenset({"h.test"}))))
    assert [isinstance(one, Row) for one in found] == [False, True]


def test_events_of_cloudwatch_are_read() -> None:
    text = json.dumps({"events": [{"timestamp": 1, "message": json.dumps(REST)}, {"message": "START"}]})
    first, second = entries(text, FILE, Reading())
    assert first == ROW
    assert isinstance(second, WrongLine)


@pytest.mark.parametrize(
    ("head", "form"),
    [
        (COMBINED, "combined"),
        ("cut off\n" + COMBINED, "combined"),
        (json.dumps(REST), "json"),
        ("2026-09-14T12:00:01.000Z " + json.dumps(REST), "json"),
        ("time,path,status\n1,/a,200", "csv"),
        ('"time";"path";"status"\n', "csv"),
        (har("https://h.test/a"), "har"),
        (json.dumps({"log": {"entries": []}}), "har"),
        ('{"events": [{"message": "x"}]}', "har"),
        ("[\n{}]", "har"),
    ],
)
def test_the_format_is_detected(head: str, form: str) -> None:
    assert detect(head, FILE) == form


def test_an_unknown_format_names_those_that_are_known() -> None:
    with pytest.raises(
        CommandError, match=r"no format is known that begins with 'hello'. A replay reads a JSON object in"
    ):
        detect("hello\nworld", FILE)
    with pytest.raises(CommandError, match=r"access.log: the file is empty"):
        detect("\n", FILE)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("/prod/a", "/a"),
        ("/prod", "/"),
        ("/prod?x=1", "/?x=1"),
        ("/production/a", "/production/a"),
        ("/a#part", "/a"),
        ("https://h.test", "/"),
        ("https://h.test?x=1", "/?x=1"),
        ("https://h.test/prod/a?b=c", "/a?b=c"),
    ],
)
def test_targets_are_read(text: str, target: str) -> None:
    assert Targets("/prod").read(text) == target
