"""`brine replay` as a user runs it: its report, its JSON, and its errors."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from benchmarks.access_log import combined, requests
from brine_cli.commands.inspect.replay import command
from brine_cli.errors import CommandError

if TYPE_CHECKING:
    from pathlib import Path

ROUTES = """
[[route]]
name = "shop"
prefix = "/shop"
origin = "${SHOP}"
freshness_lifetime = "10m"
[[route]]
name = "account"
prefix = "/account"
origin = "${ACCOUNT}"
tenant = "claim:sub"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lines = [combined(one, number) for number, one in enumerate(requests(2_000, 100, 2))]
    (tmp_path / "access.log").write_text("\n".join([*lines, "cut o"]) + "\n")
    (tmp_path / "a.toml").write_text(ROUTES)
    (tmp_path / "b.toml").write_text(ROUTES.replace("10m", "6h"))
    return tmp_path


def run(folder: Path, *arguments: str, columns: int = 100) -> str:
    """What the command prints in this folder."""
    paths = [str(folder / one) if (folder / one).exists() else one for one in arguments]
    result = CliRunner(env={"COLUMNS": str(columns)}).invoke(command, paths)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


@pytest.mark.parametrize("columns", [80, 100])
def test_two_policies_are_compared_side_by_side(folder: Path, columns: int) -> None:
    text = run(folder, "access.log", "--routes", "a.toml", "--routes", "b.toml", columns=columns)
    assert max(map(len, text.splitlines())) <= columns
    assert "…" not in text
    plain = " ".join(text.split())
    for word in (
        "2,000 requests; 1 wrong line",
        "no cache",
        "B - A",
        "Hit ratio",
        "In a month",
        "Each route",
        "Assumed:",
    ):
        assert word in plain, word
    unbroken = "".join(text.split())  # a long path is broken into lines
    assert "access.log:2001:thisisnotalineofthecombinedlogformat" in unbroken


def test_one_policy_has_no_difference(folder: Path) -> None:
    text = run(folder, "access.log", "--routes", "a.toml")
    assert "B - A" not in text
    assert "Route account: " in text


def test_a_route_with_a_lifetime_is_not_told_to_set_one(folder: Path) -> None:
    text = " ".join(run(folder, "access.log", "--routes", "a.toml").split())
    assert "Route shop: " in text
    told = text.partition("Route shop: ")[2].partition("Assumed:")[0]
    assert "freshness_lifetime of the route is not for errors" in told
    assert "give the route negative_lifetimes" in told
    assert "give the route freshness_lifetime" not in told


def test_without_the_default_file_the_option_is_named_with_a_file_of_the_project(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    with pytest.raises(CommandError, match=r"Give --routes FILE, such as --routes routes\.toml"):
        run(folder, "access.log")
    (folder / "routes/routes.d").mkdir(parents=True)
    (folder / "routes/routes.d/stock.toml").write_text(ROUTES)
    with pytest.raises(CommandError, match=r"Give --routes FILE, such as --routes routes/routes.d/stock.toml"):
        run(folder, "access.log")


def test_the_report_names_what_the_log_does_not_say(folder: Path) -> None:
    text = " ".join(run(folder, "access.log", "--routes", "a.toml").split())
    assert "All requests have no response fields in the log." in text
    assert "Requests have no Cookie, Authorization, Cache-Control or other field" in text
    assert "got a 304" in text
    assert "All requests of the route account without a tenant in the log have the same one" in text
    assert "--origin-latency" not in text  # this log has the time of the origin


def test_json_has_the_figures_of_the_table(folder: Path) -> None:
    document = json.loads(run(folder, "access.log", "--routes", "a.toml", "--routes", "b.toml", "--json"))
    first, second = document["policies"]
    assert document["log"]["requests"] == 2_000
    assert first["total"]["hit_ratio"] < second["total"]["hit_ratio"]
    assert first["routes"].keys() == {"shop", "account"}
    assert first["total"]["origin_calls"] == sum(one["origin_calls"] for one in first["routes"].values())
    assert first["total"]["month"]["write_units"] > second["total"]["month"]["write_units"]
    assert document["without_cache"]["origin_calls"] == 2_000


def test_one_route_alone_is_replayed(folder: Path) -> None:
    document = json.loads(run(folder, "access.log", "--routes", "a.toml", "--route", "account", "--json"))
    (policy,) = document["policies"]
    assert policy["routes"].keys() == {"account"}
    assert policy["total"]["requests"] == policy["routes"]["account"]["requests"] < 2_000


def test_a_price_of_the_origin_is_part_of_the_sum(folder: Path) -> None:
    free, paid = (
        json.loads(run(folder, "access.log", "--routes", "a.toml", "--json", *price))["policies"][0]["total"]
        for price in ((), ("--price", "origin_call=100"))
    )
    assert paid["usd"] - free["usd"] == pytest.approx(100 * paid["month"]["origin_calls"] / 1e6)


def test_paths_without_a_route_are_named_with_the_remedy(folder: Path) -> None:
    (folder / "a.toml").write_text(ROUTES.replace("/shop", "/store"))
    text = " ".join(run(folder, "access.log", "--routes", "a.toml").split())
    assert "requests have a path that no route covers. Add a route, or give --strip-prefix." in text


def test_a_budget_that_is_too_small_is_named(folder: Path) -> None:
    (folder / "a.toml").write_text(ROUTES.replace('"10m"', '"10m"\norigin_budget = "1/h"'))
    text = " ".join(run(folder, "access.log", "--routes", "a.toml").split())
    assert "Route shop: its origin_budget of 1 in 3600 s would refuse or delay about" in text


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("access.log", "--routes", "none.toml"), "none.toml: the routes cannot be read"),
        (("none.log", "--routes", "a.toml"), "none.log: there is no such file"),
        (("access.log", "--routes", "a.toml", "--route", "shp"), "no route has this name. Write one of account, shop"),
        (("access.log", "--routes", "a.toml", "--field", "tim=x"), "--field tim: a row has no such member"),
        (("access.log", "--routes", "a.toml", "--price", "x=1"), "--price: 'x' is not the name of a price"),
        (("access.log", "--routes", "a.toml", "--price", "put=cheap"), "--price: could not convert"),
        (
            ("access.log", "--routes", "a.toml", "--probe", "shop", "--responses", "x.json"),
            "and SHOP is not set. Set it in this shell",
        ),
        (("access.log", "--routes", "a.toml", "--responses", "x.json"), "x.json: the samples cannot be read"),
        (("access.log", "--routes", "a.toml", "--since", "2030-01-01"), "no request was found"),
    ],
)
def test_a_failure_says_what_is_wrong(folder: Path, arguments: tuple[str, ...], why: str) -> None:
    with pytest.raises(CommandError) as error:
        run(folder, *arguments)
    assert why in str(error.value)


def test_a_mistake_in_the_second_policy_names_its_file(folder: Path) -> None:
    (folder / "b.toml").write_text(ROUTES.replace('"10m"', '"10 min"'))
    with pytest.raises(CommandError, match=r"b\.toml"):
        run(folder, "access.log", "--routes", "a.toml", "--routes", "b.toml")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((), "Missing argument 'LOG...'"),
        (("x", "--routes", "a", "--routes", "b", "--routes", "c"), "Give --routes once or twice."),
        (("x", "--probe", "shop"), "--probe needs --responses FILE"),
        (("x", "--since", "soon"), "'soon' is not a time. Write 2026-09-14 or 2026-09-14T12:00Z."),
        (("x", "--origin-latency", "fast"), "'fast' is not a duration"),
        (("x", "--field", "time"), "'time' is not of the form NAME=VALUE."),
        (("x", "--format", "xml"), "'xml' is not one of"),
    ],
)
def test_misuse_is_explained(arguments: tuple[str, ...], why: str) -> None:
    result = CliRunner().invoke(command, list(arguments))
    assert result.exit_code == 2
    assert why in " ".join(result.output.split())


def test_the_help_imports_neither_the_gateway_nor_rich() -> None:
    code = (
        "import sys\nfrom brine_cli.commands.inspect.replay import command\n"
        "command.main(['--help'], standalone_mode=False)\n"
        "print({'brine', 'rich', 'boto3'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Examples:" in done.stdout
    assert done.stdout.splitlines()[-1] == "set()"
