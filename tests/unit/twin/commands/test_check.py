"""`brine check`: its report, its JSON, its exit codes."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from brine_cli.__main__ import main
from brine_cli.checking.finding import Finding, Place
from brine_cli.checking.project import Checked, check_project
from brine_cli.checking.report import Report
from brine_cli.project.new_project import project_files
from brine_cli.project.stack_files import vendor
from tests.unit.twin.checking.test_templates import ROUTES, TEMPLATE, write

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a project without mistakes."""
    write(
        tmp_path, {"template.yaml": TEMPLATE, "routes/routes.toml": ROUTES, "functions/gateway/app.py": "handler = 1\n"}
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_project_without_mistakes_gets_one_line(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert project.is_dir()
    assert main(["check"]) == 0
    assert capsys.readouterr().out == (
        "Nothing wrong in 3 files: template.yaml, routes/routes.toml, functions/gateway/app.py (1 function imported).\n"
    )


def test_a_mistake_is_shown_with_its_line_a_mark_and_the_remedy(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project, {"routes/routes.toml": f'{ROUTES}timeout = "5 s"\njitter = 0.1\n'})
    assert main(["check", "--no-functions"]) == 1
    assert capsys.readouterr().out == (
        'routes/routes.toml:5:11: mistake BR003: timeout = "5 s": not a duration.\n'
        '    5 | timeout = "5 s"\n'
        "      |           ^^^^^\n"
        '      = Write "5m" or a number of seconds. The units are ms, s, m, h and d.\n'
        "\n"
        "1 mistake in 3 files.\n"
    )


def test_a_warning_changes_the_exit_code_only_if_that_is_wanted(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project, {"routes/routes.toml": f"{ROUTES}jitter = 0.1\n"})
    assert main(["check", "--no-functions"]) == 0
    told = "1 warning in 3 files.\nA comment `# brine: ignore BR101` silences a warning.\n"
    assert capsys.readouterr().out.endswith(told)
    assert main(["check", "--no-functions", "--strict"]) == 1
    write(project, {"routes/routes.toml": f"{ROUTES}jitter = 0.1 # brine: ignore BR110\n"})
    assert main(["check", "--no-functions", "--strict"]) == 0
    assert "(1 warning silenced)" in capsys.readouterr().out


def test_the_json_has_every_finding(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, {"routes/routes.toml": f"{ROUTES}ttl = 1\n"})
    assert main(["check", "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert (document["mistakes"], document["warnings"], document["functions"]) == (1, 0, 1)
    assert document["files"] == ["template.yaml", "routes/routes.toml", "functions/gateway/app.py"]
    assert document["findings"] == [
        {
            "code": "BR002",
            "severity": "mistake",
            "file": "routes/routes.toml",
            "line": 5,
            "column": 1,
            "end_column": 4,
            "given": "",
            "message": 'unknown key "ttl".',
            "remedy": 'Did you mean "freshness_lifetime"?',
        }
    ]


def test_a_file_of_routes_is_checked_without_a_template(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, {"routes.toml": ROUTES.replace("${SHOP_ORIGIN}", "https://a.test")})
    monkeypatch.chdir(tmp_path)
    assert main(["check", "--routes", "routes.toml"]) == 0
    assert capsys.readouterr().out == "Nothing wrong in 1 file: routes.toml.\n"


def test_another_file_replaces_the_routes_of_the_template(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, {"other.toml": f"{ROUTES}retries = 9\n"})
    assert main(["check", "--no-functions", "--routes", "other.toml"]) == 1
    assert capsys.readouterr().out.startswith("other.toml:5:11: mistake BR003: retries = 9: ")


@pytest.mark.parametrize("arguments", [["--template", "missing.yaml"], ["--parameter", "x"], ["--nope"]])
def test_a_wrong_option_exits_with_2(project: Path, arguments: list[str]) -> None:
    assert project.is_dir()
    assert main(["check", *arguments]) == 2


def test_a_new_project_has_neither_mistakes_nor_warnings(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    project_files(folder, None).write()
    vendor(folder)
    checked = check_project(folder / "template.yaml", environment={})
    assert (checked.findings, checked.functions) == ([], 1)


def test_an_unknown_parameter_is_a_mistake(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert project.is_dir()
    assert main(["check", "--no-functions", "--parameter", "Orign=x"]) == 1
    assert "Orign: the template has no parameter with this name." in capsys.readouterr().out


def test_a_terminal_gets_colours_and_lines_of_its_width(project: Path) -> None:
    file = project / "routes/routes.toml"
    finding = Finding(
        code="BR110", file=file, place=Place(2, 1, 5), message="m " * 40, remedy="word " * 30, shown='name = "a"'
    )
    lines = list(Report(width=60, in_colour=True).lines(Checked([finding], (file,))))
    plain = [re.sub(r"\x1b\[[\d;]+m", "", line) for line in lines]
    assert any("\x1b[38;5;130m^^^^\x1b[0m" in line for line in lines)
    assert max(len(line) for line in plain[:-1]) <= 60
    assert plain[0].startswith("routes/routes.toml:2:1: warning BR110: m m")
    assert plain[1].startswith("      m m")
    assert "        word" in plain[6]
