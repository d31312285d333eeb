"""The report and the options in docs/replay.md are those of the command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.testing import CliRunner

from benchmarks.access_log import combined, requests
from brine_cli.commands.inspect.replay import command
from brine_cli.costs.prices import PRICE_NAMES
from tests.support.markdown import blocks, codes, read_page

if TYPE_CHECKING:
    import pytest

PAGE = Path(__file__).parents[3] / "docs/replay.md"
COMMAND = "$ uv run brine replay access.log --routes routes.toml --routes longer.toml --price origin_call=30\n"


def test_the_report_is_that_of_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    log = "".join(combined(one, number * 7919 % 65_521) + "\n" for number, one in enumerate(requests(10_000, 50, 7)))
    (tmp_path / "access.log").write_text(log)
    (routes,) = blocks(PAGE, "toml")
    longer = routes.replace('"60s"', '"10m"\nnegative_lifetimes = { 404 = "5m" }')
    (tmp_path / "routes.toml").write_text(routes)
    (tmp_path / "longer.toml").write_text(longer)
    result = CliRunner(env={"COLUMNS": "80"}).invoke(command, COMMAND.split()[5:])
    shown = next(block for block in blocks(PAGE, "") if block.startswith(COMMAND))
    assert (
        shown.removeprefix(COMMAND) == "\n".join(line.rstrip() for line in result.output.strip("\n").split("\n")) + "\n"
    )


def test_each_option_is_in_the_table() -> None:
    told = {name.split()[0] for row in read_page(PAGE).rows for name in codes(row[0]) if name.startswith("--")}
    options = {name for one in command.params if isinstance(one, click.Option) for name in one.opts}
    assert told == options


def test_each_price_is_in_the_table() -> None:
    assert set(PRICE_NAMES) <= set(codes(read_page(PAGE).row("--price NAME=USD")[1]))
