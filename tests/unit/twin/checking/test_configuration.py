"""The mistakes of configuration files: their places, what follows from a lost statement, and secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine_cli.checking.configuration.known_variables import KnownVariables
from brine_cli.checking.report import Report

if TYPE_CHECKING:
    from tests.unit.twin.checking.conftest import CheckRoutes

ROUTE = '[[route]]\nname = "a"\nprefix = "/a"\norigin = "https://a.test"\n'


def test_every_mistake_has_its_line_and_column(check_routes: CheckRoutes) -> None:
    found = check_routes(
        f'{ROUTE}timeout = "5 s"\nttl = 1\nquery = {{ sort = "x" }}\n'
        '[[route]]\nname = "b"\norigin = "ftp://b"\ngrace = 1d'
    )
    assert [(one.code, one.place and (one.place.line, one.place.column), one.message) for one in found] == [
        ("BR003", (5, 11), "not a duration."),
        ("BR002", (6, 1), 'unknown key "ttl".'),
        ("BR003", (7, 18), "not a boolean."),
        ("BR003", (10, 10), "not an http or https URL with a host, without blanks and backslashes."),
        ("BR001", (11, 9), "a duration without quotes."),
    ]


def test_a_missing_key_has_the_place_of_its_table(check_routes: CheckRoutes) -> None:
    (found,) = check_routes('\n[[route]]\nname = "a"\nprefix = "/a"\n')
    assert (found.code, found.place and found.place.line, found.message) == ("BR004", 2, 'no "origin".')


def test_a_mistake_in_a_file_of_the_folder_has_that_file_and_its_line(check_routes: CheckRoutes) -> None:
    found = check_routes(f"{ROUTE}retries = 9\n", more=f"# more\n{ROUTE}\n", wrong="[[route]\n")
    assert [(one.file.name, one.place and one.place.line, one.given) for one in found] == [
        ("more.toml", 3, 'name = "a"'),
        ("more.toml", 4, 'prefix = "/a"'),
        ("wrong.toml", 1, "[[route]"),
        ("routes.toml", 5, "retries = 9"),
    ]


def test_a_lost_statement_causes_no_further_mistake(check_routes: CheckRoutes) -> None:
    for line in ("prefix = /a", "origin = https://a.test", 'name "a"'):
        key = line.partition(" ")[0]
        kept = [one for one in ROUTE.splitlines() if not one.startswith(key)]
        assert [(one.code, one.given) for one in check_routes("\n".join([*kept, line]))] == [("BR001", line)]
    found = check_routes(f"{ROUTE}preserve_host = true\npublic_url = https://x.test\n")
    assert [one.code for one in found] == ["BR001"]


def test_a_wrong_value_is_told_though_its_remedy_names_a_lost_key(check_routes: CheckRoutes) -> None:
    found = check_routes(f"{ROUTE}set_cookie = 1979-05-27\nkeep 3600\n")
    assert [(one.code, one.given) for one in found] == [("BR003", 'set_cookie = "1979-05-27"'), ("BR001", "keep 3600")]


def test_an_empty_file_and_a_missing_file_are_told_without_a_place(check_routes: CheckRoutes) -> None:
    (found,) = check_routes("")
    assert (found.code, found.place) == ("BR004", None)
    assert found.message == "not a list of [[route]] tables, at least one."


@pytest.mark.parametrize(
    "line",
    [
        'origin_headers = { x-api-key = "hush\\u0001", x-other = "hush" }',
        'origin_headers = { "bad name" = "hush" }',
        "origin_headers = { authorization = hush }",
        'origin_auth = { type = "basic", user = "hush", password = "hush" }',
        'origin_auth = { type = "basci", user = "u", password = "hush" }',
        'origin_auth = "hush"',
        "origin_auth.password = hush",
        "[route.origin_headers]\nx-tenant = hush",
        '[route.origin_auth]\ntype = "basic"\nuser = "hush:x"\npassword = "hush"',
        'origin_headers = {\n  x-a = hush,\n  "x-b" = "hush",\n}',
        'origin_auth = {\n  type = "basic",\n  user = ["a"], password = hush\n}',
        'public_url = "https://u:hush@x.test"',
        'transcoding = { origin = "sealed", origin_keys = \'{"hush": 1}\', types = 1 }',
        "transcoding = { origin = sealed, origin_keys = 'hush' }",
    ],
)
def test_no_report_shows_what_may_be_a_secret(check_routes: CheckRoutes, line: str) -> None:
    found = check_routes(ROUTE + line)
    assert found
    shown = "\n".join(text for one in found for text in Report().lines_of(one))
    assert "hush" not in shown
    assert "routes.toml:" in shown


def test_the_mark_is_below_the_value_also_in_a_line_with_hidden_values(check_routes: CheckRoutes) -> None:
    (found,) = check_routes(f'{ROUTE}origin_auth = {{ type = "basic", user = "a long one", password = "hush" }}\n')
    assert found.place is not None
    assert found.shown_place is not None
    assert found.place.column > found.shown_place.column
    assert found.shown[found.shown_place.column - 1 : found.shown_place.end_column - 1] == '"..."'


@pytest.mark.parametrize(
    ("text", "example"),
    [
        ('"${X_URL}/v2"', "https://x-url.test"),
        ('"https://${X_URL}/v2"', "x-url.test"),
        ('"https://api.${X_URL}"', "x-url.test"),
        ('"https://a.test:${X_URL}"', "443"),
        ('"https://a.test/${X_URL}/v2"', "x"),
    ],
)
def test_a_variable_without_a_value_gets_one_that_fits(text: str, example: str) -> None:
    assert KnownVariables({}, (), f"origin = {text}")["X_URL"] == example
    assert KnownVariables({"X_URL": "https://y"}, (), text)["X_URL"] == "https://y"


def test_a_region_is_an_example_of_its_own() -> None:
    assert KnownVariables({}, (), "")["THE_REGION"] == "us-east-1"
