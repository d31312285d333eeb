"""A log is written by clients too: each line of it is a request, or is wrong, and none costs more than its length."""

from __future__ import annotations

import gzip
import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from brine_cli.commands.inspect.replay import command
from brine_cli.errors import CommandError
from brine_cli.replay.logs.block_rows import block_rows
from brine_cli.replay.logs.blocks import BLOCK, LONGEST_LINE, blocks_of, document_in
from brine_cli.replay.logs.detection import detect
from brine_cli.replay.logs.documents import entries
from brine_cli.replay.logs.reading import Reading
from brine_cli.replay.rows import Row, WrongLine

if TYPE_CHECKING:
    from brine_cli.replay.logs.reading import LogFormat

GOOD = {"time": "2026-09-14T12:00:00Z", "method": "GET", "path": "/shop/a", "status": 200, "bytes": 10}
COMBINED = '203.0.113.9 - - [14/Sep/2026:12:00:00 +0000] "GET /shop/a HTTP/1.1" 200 10'
ROUTES = '[[route]]\nname = "shop"\nprefix = "/shop"\norigin = "http://shop.test"\nfreshness_lifetime = "1m"\n'
DEEP = '{"a":' * 100_000

NUMBERS = st.integers() | st.floats() | st.sampled_from([1e400, -1e400, 10**400, 1e308, -5, True, 2**63])
TEXTS = st.text(max_size=8) | st.sampled_from(
    ["", "-", "1e999", "9" * 400, "\ud800", "http://[::1", "/shop/\ud800", "//"]
)
VALUES = st.recursive(
    st.none() | NUMBERS | TEXTS, lambda one: st.lists(one) | st.dictionaries(TEXTS, one), max_leaves=4
)
RECORDS = st.builds(
    dict.__or__,
    st.just(GOOD),
    st.dictionaries(
        st.sampled_from([*GOOD, "query", "milliseconds", "seconds", "stage", "domainName", "request", "tenant"]), VALUES
    ),
)


def replayed(folder: Path, log: str) -> str:
    """The output of a replay of a log."""
    (folder / "log").write_text(log, encoding="utf-8", errors="surrogatepass")
    (folder / "routes.toml").write_text(ROUTES)
    arguments = [str(folder / "log"), "--routes", str(folder / "routes.toml"), "--processes", "1"]
    result = CliRunner(env={"COLUMNS": "200"}).invoke(command, arguments)
    if result.exception is not None:
        raise result.exception
    return result.output


@settings(deadline=None)
@given(st.lists(RECORDS, max_size=4))
def test_records_of_any_values_are_replayed(tmp_path_factory: pytest.TempPathFactory, records: list[Any]) -> None:
    lines = [json.dumps(one) for one in (GOOD, *records)]
    output = replayed(tmp_path_factory.mktemp("log"), "\n".join([*lines, ""]))
    assert "requests" in output


@given(
    st.lists(RECORDS | VALUES, max_size=4), st.sampled_from(["request", "response", "startedDateTime", "time"]), VALUES
)
def test_documents_of_any_values_are_read(records: list[Any], name: str, value: Any) -> None:
    entry = {
        "startedDateTime": "2026-09-14T12:00:00Z",
        "time": 5,
        "request": {"url": "http://shop.test/a", "method": "GET", "headers": []},
        "response": {"status": 200, "bodySize": 5, "headers": []},
    }
    for document in (records, {"events": records}, {"log": {"entries": [*records, entry | {name: value}]}}):
        found = list(entries(json.dumps(document), Path("log"), Reading(hosts=frozenset({"shop.test"}))))
        assert all(one is None or isinstance(one, Row | WrongLine) for one in found)


@pytest.mark.parametrize(
    ("form", "line"),
    [
        ("json", DEEP),
        ("json", '{"a":' * 2_000 + "1" + "}" * 2_000),
        ("json", json.dumps(GOOD | {"path": "/shop/\ud800"})),
        ("csv", '"' + "x" * 200_000 + '",1,1,1'),
        ("combined", COMBINED.replace(" 10", " " + "9" * 400)),
        ("combined", COMBINED.replace("[14/Sep/2026", "[14/Sep/99999")),
        ("combined", "a b " + " [" * (LONGEST_LINE // 2 - 2)),
        ("combined", "a b c [x] " + '"\\a' * (LONGEST_LINE // 3 - 4)),
        ("combined", "a " * (LONGEST_LINE // 2)),
        ("combined", COMBINED + " [x" * (LONGEST_LINE // 3 - 40)),
        ("combined", COMBINED + " rt=" + "1" * (LONGEST_LINE - 100)),
        ("json", "x" * (LONGEST_LINE + 1)),
    ],
)
def test_a_hostile_line_is_a_request_or_wrong_and_the_next_one_is_read(form: LogFormat, line: str) -> None:
    good = {"json": json.dumps(GOOD), "combined": COMBINED, "csv": "2026-09-14T12:00:00Z,GET,/shop/a,200"}[form]
    data = f"{line}\n{good}\n".encode("utf-8", "surrogatepass")
    found = block_rows(data, form, "time,method,path,status", Reading(), 4)
    assert found.lines == 2
    assert (found.requests, found.wrong_lines) in {(1, 1), (2, 0)}


@pytest.mark.parametrize("head", [DEEP, "a b " + " [" * 32_000, '[{"a":' * 20_000])
def test_the_format_of_a_hostile_head_is_told_or_refused(head: str) -> None:
    with suppress(CommandError):
        assert detect(head, Path("log")) == "har"


@pytest.mark.parametrize("text", ['{"log":{"entries":' + "[" * 100_000, '{"log":{"entries":5}}', "[" * 100_000, "5"])
def test_a_hostile_document_is_refused(text: str) -> None:
    with pytest.raises(CommandError, match=r"not a JSON document|neither log\.entries"):
        list(entries(text, Path("log"), Reading()))


def test_a_deep_line_does_not_end_a_replay(tmp_path: Path) -> None:
    good = json.dumps(GOOD)
    assert "2 requests; 1 wrong line" in replayed(tmp_path, f"{good}\n{DEEP}\n{good}\n")


def test_a_small_file_with_an_endless_line_takes_little_memory(tmp_path: Path) -> None:
    file = tmp_path / "log.gz"
    with gzip.open(file, "wb") as output:
        for _ in range(40):
            output.write(b"a" * BLOCK)
        output.write(b"\n" + COMBINED.encode() + b"\n")
    blocks = list(blocks_of(file))
    assert sum(block.data.count(b"\n") for block in blocks) == 2
    assert max(len(block.data) for block in blocks) <= 3 * BLOCK
    found = [block_rows(block.data, "combined", "", Reading(), 1) for block in blocks]
    assert [sum(one.requests for one in found), sum(one.wrong_lines for one in found)] == [1, 1]


def test_a_document_of_any_size_takes_bounded_memory(tmp_path: Path) -> None:
    file = tmp_path / "log.har.gz"
    file.write_bytes(gzip.compress(b'{"log":{"entries":[]}}' + b" " * BLOCK))
    assert len(document_in(file)[0]) == BLOCK + 22
    with pytest.raises(CommandError, match=r"the document has more than 1,000 bytes\. Split it"):
        document_in(file, 1_000)
