"""Each view writes texts of clients, origins, functions and logs so that the terminal obeys none of them."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest
from click.testing import CliRunner
from rich.console import Console

from brine.service.admin.explain.explainer import Explainer
from brine_cli.checking.finding import Finding, Place
from brine_cli.checking.report import Report
from brine_cli.commands.inspect.dashboard import dashboard
from brine_cli.commands.inspect.replay import command as replay
from brine_cli.desk.listing_table import listing_table
from brine_cli.errors import CommandError
from brine_cli.explained.report import report
from brine_cli.failures import tell
from brine_cli.fetching.answer_view import show
from brine_cli.fetching.body_view import body_view
from brine_cli.fetching.exchange import Answered, Steps
from brine_cli.live.stats.live_stats import LiveStats
from brine_cli.live.text.function_lines import readable
from brine_cli.live.text.printer import LogPrinter
from brine_cli.live.text.request_line import RequestLines
from brine_cli.screen.colours import Colours
from tests.support.gateway.explained import get
from tests.support.gateway.world import World, response
from tests.unit.twin.desk.test_list_command import ITEM
from tests.unit.twin.live.making import record

if TYPE_CHECKING:
    from rich.console import RenderableType

EVIL = "\x1b]52;c;ZXZpbA==\x07\x1b[2J\x9b31m\r\u202e\u200bx"
WIDTHS = (60, 120, None)


def assert_harmless(text: str) -> None:
    """The text is shown, and no character of it commands a terminal."""
    assert "ZXZpbA" in text
    assert {one for one in text if not one.isprintable() and one not in "\n\t\xa0"} == set()


def printed(view: RenderableType, width: int | None) -> str:
    console = Console(width=width or 200, no_color=True, highlight=False)
    with console.capture() as captured:
        console.print(view)
    return captured.get()


def evil(value: Any, *, kept: frozenset[str] = frozenset()) -> Any:
    """A JSON document with the evil text at the end of each of its texts, apart from the members `kept`."""
    match value:
        case str():
            return value + EVIL
        case list():
            return [evil(one, kept=kept) for one in value]
        case dict():
            return {name: one if name in kept else evil(one, kept=kept) for name, one in value.items()}
        case _:
            return value


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    "members",
    [
        {"target": f"/{EVIL}", "method": EVIL},
        {"result": "problem", "problem": EVIL, "status": 502, "cause": EVIL},
        {"result": "miss", "reason": EVIL, "layer": EVIL},
        {"result": None, "function": EVIL, "route": EVIL},
        {"notes": (EVIL, f"Traceback\n{EVIL}"), "faults": (EVIL,)},
        {"parts": ({"route": EVIL, "result": EVIL, "status": 500, "seconds": 0.1, "cause": EVIL},)},
    ],
)
def test_the_line_of_a_request(members: dict[str, Any], width: int | None) -> None:
    text = RequestLines(Colours(are_wanted=False), lambda: width).text(record(**members))
    assert {one for one in text if not one.isprintable() and one != "\n"} == set()
    assert "\\x" in text or "…" in text


@pytest.mark.parametrize("with_all", [True, False])
@pytest.mark.parametrize(
    "line",
    [
        json.dumps({"level": "INFO", "message": EVIL, EVIL: EVIL}),
        json.dumps({"level": "ERROR", "message": "x", "exception": EVIL}),
        json.dumps({"level": "INFO", "message": "done", "outcome": EVIL, "route": EVIL, "cause": EVIL}),
        f"plain {EVIL}",
        f"[{EVIL}",
    ],
)
def test_the_log_of_a_function(line: str, with_all: bool) -> None:
    shown = readable(line, with_all=with_all)
    assert shown is not None
    assert_harmless(shown)


def test_the_lines_of_the_twin() -> None:
    out = io.StringIO()
    with LogPrinter("line", out, out, {"COLUMNS": "100"}) as printer:
        printer.report(f"GET / -> 502: the function raised {EVIL}")
    assert_harmless(out.getvalue())


@pytest.mark.parametrize("width", WIDTHS)
def test_the_list_of_stored_responses(width: int | None) -> None:
    item = evil(ITEM | {"tags": ["a", "b"], "tenant": "acme"}, kept=frozenset({"kind", "state"}))
    assert_harmless(printed(listing_table([item], width or 200, is_cut=width is not None), width))


@pytest.mark.parametrize("width", WIDTHS)
def test_an_explanation(width: int | None) -> None:
    kept = frozenset({"action", "result", "state", "slot", "fate", "where", "kind", "effect", "operation", "circuit"})
    fields = {"cache-control": "max-age=60", "etag": '"1"', "surrogate-key": "t", "vary": "accept"}
    world = World(dict.fromkeys(("/base/x", "/x"), response(200, b"hi", **fields)))
    world.ask("/api/x")
    for asked in (get("/api/x", cookie="a=b"), get("/api/x?a=b", accept="text/html"), get("/nowhere")):
        document = Explainer(gateway=world.gateway, in_process=True).explain(asked).as_json()
        assert_harmless(printed(report(evil(document, kept=kept)), width))


def test_the_figures_of_a_twin() -> None:
    stats = LiveStats(0.0)
    stats.add(record(f"/{EVIL}", route=EVIL, origin_seconds=0.1), 0.5)
    assert_harmless(printed(dashboard(stats.snapshot(1.0), "http://127.0.0.1:3000", 150, None), 150))


def test_an_answer() -> None:
    headers = (("X-Evil", EVIL), (f"x-{EVIL}", "1"), ("Cache-Status", EVIL), ("Content-Type", "application/json"))
    steps = Steps(lookup=0.0, connect=0.0, tls=None, wait=0.0, download=0.0)
    told = {"gateway_seconds": 0.0, "origin_seconds": 0.0, "layer": EVIL, "parts": [{"route": EVIL, "result": EVIL}]}
    for body in (json.dumps({"a": EVIL}).encode(), EVIL.encode()):
        answered = Answered(status=200, reason=EVIL, headers=headers, body=body, steps=steps)
        console = Console(width=100, no_color=True, highlight=False)
        with console.capture() as captured:
            show(console, answered, body_view(answered, is_whole=True), told)
        assert_harmless(captured.get())


def test_the_report_of_a_check() -> None:
    finding = Finding(
        code="BR001", file=Path(EVIL), place=Place(1, 2, 3), given=EVIL, message=EVIL, remedy=EVIL, shown=EVIL
    )
    for width in (80, None):
        assert_harmless("\n".join(Report(width=width).lines_of(finding)))


def test_the_report_of_a_replay(tmp_path: Path) -> None:
    (tmp_path / "routes.toml").write_text('[[route]]\nname = "a"\nprefix = "/a"\norigin = "http://a.test"\n')
    good = '{"time": "2026-09-14T12:00:00Z", "path": "/a/1", "status": 200}'
    (tmp_path / "log.json").write_text(f"{good}\n{json.dumps({EVIL: 1})}\n")
    result = CliRunner().invoke(replay, [str(tmp_path / "log.json"), "--routes", str(tmp_path / "routes.toml")])
    assert result.exit_code == 0, result.exception
    assert_harmless(result.output)


@pytest.mark.parametrize("error", [CommandError(f"{EVIL} failed"), click.UsageError(EVIL)])
def test_the_message_of_an_error(error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    tell(error, None, {}, debug=False)
    assert_harmless(capsys.readouterr().err)
