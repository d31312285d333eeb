"""Random files of routes: a file with N independent mistakes has N findings, each in the line of its mistake."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from brine_cli.checking.project import check_routes_file
from brine_cli.checking.report import Report, as_json

if TYPE_CHECKING:
    from collections.abc import Callable

KEYS = (
    'freshness_lifetime = "5m"',
    'grace = "10m"',
    "keep = 3600",
    'timeout = "5s"',
    "retries = 2",
    "jitter = 0.1",
    'key_headers = ["accept", "x-région"]'.replace("é", "e"),
    'query = { drop = ["utm_*"], sort = true }',
    'negative_lifetimes = { 404 = "10s", 503 = 1 }',
    'tags = ["ä", "b"]'.replace("ä", "a"),
    'set_cookie = "strip"',
    "show_key = true # a comment",
    "request_directives = false",
    'circuit_breaker = { open_for = "30s" }',
    'origin_budget = "600/min"',
)
MISTAKES: tuple[Callable[[str], str], ...] = (
    lambda line: f"zz{line}",
    lambda line: f"{line.partition(' = ')[0]} = 1979-05-27",
    lambda line: f"{line.partition(' = ')[0]} = [[]]",
    lambda line: line.replace(" =", "", 1),
    lambda line: line.replace(" =", ":", 1),
    lambda line: f"{line.partition(' = ')[0]} = some words",
    lambda line: f"{line.partition(' = ')[0]} =",
    lambda line: f'{line.partition(" = ")[0]} = "open',
    lambda line: f'{line.partition(" = ")[0]} = ["open"',
    lambda line: f"{line.partition(' = ')[0]} = {{ open = 1",
)


@st.composite
def files(draw: st.DrawFn) -> tuple[list[str], dict[int, int]]:
    """The lines of a right file of routes, and a mistake for some of its lines."""
    lines: list[str] = []
    mistakes: dict[int, int] = {}
    for number in range(draw(st.integers(1, 4))):
        lines += draw(st.sampled_from([[], [""], ["# a comment", ""]]))
        lines.append("[[route]]")
        own = [f'name = "r{number}"', f'prefix = "/r{number}"', f'origin = "https://h{number}.test"']
        own += draw(st.lists(st.sampled_from(KEYS), unique=True, max_size=6))
        for line in draw(st.permutations(own)):
            if draw(st.integers(0, 4)) == 0:
                mistakes[len(lines)] = draw(st.integers(0, len(MISTAKES) - 1))
            lines.append(line)
    return lines, mistakes


@settings(max_examples=150, deadline=None)
@given(files())
def test_each_mistake_is_found_once_and_in_its_line(file: tuple[list[str], dict[int, int]]) -> None:
    lines, mistakes = file
    wrong = [MISTAKES[mistakes[index]](line) if index in mistakes else line for index, line in enumerate(lines)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "routes.toml"
        path.write_text("\n".join(lines))
        assert check_routes_file(path, {}).mistakes == 0
        path.write_text("\n".join(wrong))
        checked = check_routes_file(path, {})
        found = [one.place and one.place.line - 1 for one in checked.findings if not one.is_warning]
        assert found == sorted(mistakes), "\n".join(wrong)
        assert list(Report(width=80).lines(checked))
        assert as_json(checked)


@settings(max_examples=200, deadline=None)
@given(files(), st.data())
def test_no_damage_of_the_text_ends_the_check(file: tuple[list[str], dict[int, int]], data: st.DataObject) -> None:
    text = "\n".join(file[0])
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 9)))
    damaged = text[:start] + data.draw(st.text("[]{}=\"'\\.,#\n aé1$", max_size=5)) + text[end:]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "routes.toml"
        path.write_text(damaged, encoding="utf-8")
        checked = check_routes_file(path, {})
        assert list(Report().lines(checked))
