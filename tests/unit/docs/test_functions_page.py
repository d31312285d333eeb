"""docs/functions.md and docs/test-functions.md show code of the examples, and list all settings and members."""

from __future__ import annotations

import inspect
import re
from fnmatch import fnmatch
from pathlib import Path
from typing import get_args

import pytest
import yaml

from brine import App, Fetch, Part
from brine.adapters.config.code_routes import SETTINGS, code_route
from brine.app import options
from brine.domain.caching.cache_key import resource_of
from brine.domain.durations import duration_seconds
from brine.domain.purging.stamps import stamp_names
from brine.service.http_cache.answer import Result
from brine.testing import AppClient, AppResponse, CachesInMemory
from examples import test_dashboard
from tests.support.markdown import blocks, codes, is_part_of, read_page

ROOT = Path(__file__).parents[3]
PAGES = {name: ROOT / f"docs/{name}.md" for name in ("functions", "test-functions")}
OF_DECORATOR = {"name", "tags", "purges", "middlewares", "status"}
"""The settings that are no settings of the route, beside its name."""


def rows_below(page: str, header: str) -> list[tuple[str, ...]]:
    """Return the rows of the one table whose first column has this header."""
    rows = read_page(PAGES[page]).rows
    start = [row[0] for row in rows].index(header)
    headers = [at for at, row in enumerate(rows) if at > start and not codes(row[0])]
    return list(rows[start + 1 : min(headers, default=len(rows))])


@pytest.mark.parametrize("page", PAGES)
def test_every_block_is_a_part_of_an_example(page: str) -> None:
    shown = [*blocks(PAGES[page], "python"), *blocks(PAGES[page], "toml")]
    examples = [file.read_text(encoding="utf-8") for file in (ROOT / "examples").glob("*.[pt]*")]
    assert len(shown) >= 5
    assert [block for block in shown if not any(is_part_of(block, code) for code in examples)] == []


@pytest.mark.parametrize("name", [name for name in vars(test_dashboard) if name.startswith("test_")])
def test_the_tests_on_the_page_pass(name: str) -> None:
    vars(test_dashboard)[name]()


def settings_of_decorators() -> set[str]:
    return {
        name
        for kind in (options.FunctionOptions, options.ReadOptions, options.WriteOptions)
        for name in inspect.get_annotations(kind)
    }


def test_the_table_has_every_setting_of_a_decorator_and_no_other() -> None:
    documented = [name for row in rows_below("functions", "Setting") for name in codes(row[0])]
    assert sorted(documented) == sorted(SETTINGS | OF_DECORATOR)
    assert settings_of_decorators() == set(documented)


def test_the_table_has_the_defaults_of_the_program() -> None:
    route = code_route("/", "test", {}, source="test")
    program = {name: getattr(route, name, getattr(route.policy, name, None)) for name in SETTINGS} | {"status": 200}
    checked = set()
    for row in rows_below("functions", "Setting"):
        names, shown = codes(row[0]), codes(row[2])
        for name, default in zip(names, shown * len(names) if len(shown) == 1 else shown, strict=bool(shown)):
            checked.add(name)
            value = yaml.safe_load(default)
            is_duration = isinstance(program[name], float) and isinstance(value, str)
            assert (name, duration_seconds(value) if is_duration else value) == (name, program[name])
    assert {name for name in program if program[name]} - {"compress", "query"} <= checked


def members(kind: type) -> set[str]:
    """Return the public attributes, properties and methods of a class."""
    own = {name for name in (*vars(kind), *inspect.get_annotations(kind)) if not name.startswith("_")}
    made = App().test() if kind is AppClient else CachesInMemory() if kind is CachesInMemory else None
    return own | {name for name in getattr(made, "__dict__", {}) if not name.startswith("_")}


@pytest.mark.parametrize(
    ("page", "header", "kind"),
    [
        ("functions", "Member", Part),
        ("test-functions", "Client", AppClient),
        ("test-functions", "Caches", CachesInMemory),
        ("test-functions", "Response", AppResponse),
    ],
)
def test_a_table_has_every_member_of_a_class_and_no_other(page: str, header: str, kind: type) -> None:
    named = {re.split(r"\W", code)[0] for row in rows_below(page, header) for code in codes(row[0])}
    assert named == members(kind)


def test_the_table_has_every_argument_of_fetch_and_no_other() -> None:
    named = {name for row in rows_below("functions", "Argument") for name in codes(row[0])}
    assert named == set(inspect.signature(Fetch.__call__).parameters) - {"self", "route"}


def test_the_results_of_an_answer_are_known() -> None:
    shown = codes(read_page(PAGES["test-functions"]).row("result")[1])
    assert set(shown) == set(get_args(Result.__value__)) - {"validated"}  # a function gets no conditions


def test_the_template_on_the_page_is_a_part_of_the_samples() -> None:
    (text,) = blocks(PAGES["functions"], "yaml")
    assert is_part_of(text, (ROOT / "samples/template.yaml").read_text(encoding="utf-8"))


def test_the_role_on_the_page_covers_the_keys_of_the_function() -> None:
    route = code_route("/", "test", {}, source="test", namespace="shop")
    key = resource_of(route, "acme", "/").key
    wanted = {f"r#{key}", "o#x", *(f"t#{name}" for name in stamp_names(resource_of(route, "acme", "/"), ("tag",)))}
    reads, writes, *_ = (codes(row[1]) for row in rows_below("functions", "`CachePolicy` permits"))
    assert [name for name in wanted if not any(fnmatch(name, pattern) for pattern in reads)] == []
    assert {f"r#{key}", f"t#key:{key}"} <= {name for name in wanted if any(fnmatch(name, one) for one in writes)}
