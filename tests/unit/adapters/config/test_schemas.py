"""The JSON Schemas for editors and the pages for people know the same keys and defaults as the readers."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import MISSING, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from brine.adapters.config.channels import channel_table
from brine.adapters.config.route_keys.budget_values import BUDGET
from brine.adapters.config.route_keys.compression_values import COMPRESSION
from brine.adapters.config.route_keys.credential_values import auth_tables
from brine.adapters.config.route_keys.transcoding_values import transcoding_table
from brine.adapters.config.routes import CIRCUIT_BREAKER, HOOKS, QUERY, QUERY_BODY, route_table
from brine.adapters.config.types import type_table
from brine.domain.channels.channel import Channel
from brine.domain.compression.compressible import Compression
from brine.domain.credentials.description import OriginCredentials
from brine.domain.resilience.circuit import CircuitBreaker
from brine.domain.routing.policy import Policy
from brine.domain.routing.route import QueryBody, QueryRule, Route
from tests.support.markdown import codes, read_page

if TYPE_CHECKING:
    from brine.adapters.config.tables import TableReader

ROOT = Path(__file__).parents[4]


def schema(file: str, *path: str) -> dict[str, Any]:
    """The schema of one kind of table."""
    found: Any = json.loads((ROOT / f"layers/routes/{file}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(found)
    for step in path:
        found = found[int(step) if step.isdigit() else step]
    return dict(found)


ROUTE_SCHEMA = ("routes", "$defs", "route")
TABLES = [
    pytest.param(route_table({}), ROUTE_SCHEMA, id="route"),
    pytest.param(QUERY, (*ROUTE_SCHEMA, "properties", "query"), id="query"),
    pytest.param(QUERY_BODY, (*ROUTE_SCHEMA, "properties", "query_body"), id="query_body"),
    pytest.param(CIRCUIT_BREAKER, (*ROUTE_SCHEMA, "properties", "circuit_breaker", "anyOf", "1"), id="circuit_breaker"),
    pytest.param(BUDGET, (*ROUTE_SCHEMA, "properties", "origin_budget", "anyOf", "1"), id="origin_budget"),
    pytest.param(COMPRESSION, (*ROUTE_SCHEMA, "properties", "compress", "anyOf", "1"), id="compress"),
    pytest.param(transcoding_table({}), (*ROUTE_SCHEMA, "properties", "transcoding"), id="transcoding"),
    pytest.param(HOOKS, (*ROUTE_SCHEMA, "properties", "hooks"), id="hooks"),
    *(pytest.param(table, ("routes", "$defs", f"{kind}_auth"), id=kind) for kind, table in auth_tables({}).items()),
    pytest.param(channel_table({}, ()), ("channels", "$defs", "channel"), id="channel"),
    pytest.param(type_table(()), ("types", "$defs", "type"), id="type"),
]


@pytest.mark.parametrize(("table", "path"), TABLES)
def test_a_schema_has_the_keys_of_its_reader(table: TableReader, path: tuple[str, ...]) -> None:
    described = schema(*path)
    assert set(described["properties"]) == set(table.keys)
    assert set(described.get("required", ())) == set(table.required)
    assert described["additionalProperties"] is False
    assert [key for key, value in described["properties"].items() if "description" not in value] == []


def key_rows(page: str) -> dict[str, dict[str, str]]:
    """The rows of the tables of keys in a page: by key, each a cell by column."""
    columns: tuple[str, ...] = ()
    found: dict[str, dict[str, str]] = {}
    for row in read_page(ROOT / "docs" / page).rows:
        if row[0] == "Key":
            columns = row
        elif columns and re.fullmatch(r"`\w+`(?:, `\w+`)*", row[0]):
            found |= {key: dict(zip(columns, row, strict=True)) for key in codes(row[0])}
        else:
            columns = ()
    return found


@pytest.mark.parametrize(
    ("table", "page"),
    [
        pytest.param(route_table({}), "routes.md", id="route"),
        pytest.param(channel_table({}, ()), "exchange.md", id="channel"),
        pytest.param(type_table(()), "formats.md", id="type"),
    ],
)
def test_a_page_lists_the_keys_of_its_reader(table: TableReader, page: str) -> None:
    assert sorted(key_rows(page)) == sorted(table.keys)


@pytest.mark.parametrize(
    ("table", "start", "end"),
    [
        pytest.param(QUERY, "| `query` |", "\n", id="query"),
        pytest.param(QUERY_BODY, "| `query_body` |", "\n", id="query_body"),
        pytest.param(CIRCUIT_BREAKER, "| `circuit_breaker` |", "\n", id="circuit_breaker"),
        pytest.param(BUDGET, "\n## Budgets of origins\n", "\n## ", id="origin_budget"),
        pytest.param(COMPRESSION, "| `compress` |", "\n", id="compress"),
        pytest.param(HOOKS, "| `hooks` |", "\n", id="hooks"),
        pytest.param(transcoding_table({}), "\n## Formats\n", "\n## ", id="transcoding"),
        *(
            pytest.param(table, "\n## Credentials for the origin\n", "\n## ", id=kind)
            for kind, table in auth_tables({}).items()
        ),
    ],
)
def test_a_page_names_the_keys_of_an_inner_table(table: TableReader, start: str, end: str) -> None:
    text = (ROOT / "docs/routes.md").read_text().partition(start)[2].partition(end)[0]
    named = {word for code in codes(text) for word in re.findall(r"\w+", code)}
    assert set(table.keys) <= named


def default_of(key: str, *classes: type) -> object:
    """The default of a key in the first class that has it."""
    for cls in classes:
        for field in fields(cls):
            if field.name == key:
                return field.default_factory() if field.default_factory is not MISSING else field.default
    raise AssertionError(f"no class has {key}")


@pytest.mark.parametrize(
    ("table", "path", "classes"),
    [
        pytest.param(route_table({}), ROUTE_SCHEMA, (Route, Policy, OriginCredentials), id="route"),
        pytest.param(QUERY, (*ROUTE_SCHEMA, "properties", "query"), (QueryRule,), id="query"),
        pytest.param(QUERY_BODY, (*ROUTE_SCHEMA, "properties", "query_body"), (QueryBody,), id="query_body"),
        pytest.param(
            CIRCUIT_BREAKER,
            (*ROUTE_SCHEMA, "properties", "circuit_breaker", "anyOf", "1"),
            (CircuitBreaker,),
            id="circuit_breaker",
        ),
        pytest.param(
            COMPRESSION, (*ROUTE_SCHEMA, "properties", "compress", "anyOf", "1"), (Compression,), id="compress"
        ),
        pytest.param(channel_table({}, ()), ("channels", "$defs", "channel"), (Channel,), id="channel"),
    ],
)
def test_a_schema_has_the_defaults_of_the_program(
    table: TableReader, path: tuple[str, ...], classes: tuple[type, ...]
) -> None:
    for key, described in schema(*path)["properties"].items():
        if "default" in described:
            assert (key, table.keys[key](described["default"])) == (key, default_of(key, *classes))
        elif (
            key not in table.required
        ):  # no value in a file means the same as none, or a rule of the table requires one
            assert (
                default_of(key, *classes) in (None, (), frozenset(), QueryRule(), QueryBody(), MISSING)
                or key == "forward_headers"
            )


@pytest.mark.parametrize(
    ("table", "page", "path"),
    [
        pytest.param(route_table({}), "routes.md", ROUTE_SCHEMA, id="route"),
        pytest.param(channel_table({}, ()), "exchange.md", ("channels", "$defs", "channel"), id="channel"),
    ],
)
def test_a_page_has_the_defaults_of_the_schema(table: TableReader, page: str, path: tuple[str, ...]) -> None:
    described, rows = schema(*path)["properties"], key_rows(page)
    assert {key for key, row in rows.items() if row["Default"] == "required"} == set(table.required)
    for key, row in rows.items():
        default, shown = described[key].get("default"), row["Default"].strip("`")
        if shown != row["Default"] or shown.isdigit():
            assert (key, table.keys[key](toml_value(shown))) == (key, table.keys[key](default))
        else:  # words, such as "none"
            assert not default


def toml_value(text: str) -> object:
    """A value as TOML writes it. A text may lack its quotes."""
    try:
        return tomllib.loads(f"x = {text}")["x"]
    except tomllib.TOMLDecodeError:
        return text
