"""`brine new route` writes a file with one route, and its test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.adapters.config.routes import parse_routes
from brine_cli.errors import CommandError
from brine_cli.project.names import Name
from brine_cli.project.new_route import new_route
from brine_cli.project.paths import route_prefix

if TYPE_CHECKING:
    from pathlib import Path

STOCK = "https://stock.example.com"


def added(project: Path, name: str, prefix: str | None = None, origin: str = STOCK) -> list[str]:
    return new_route(project, Name.checked(name, "route"), prefix=prefix, origin=origin).write()


def test_a_route_has_a_file_and_a_test(project: Path) -> None:
    assert added(project, "stock-levels") == ["routes/routes.d/stock-levels.toml", "tests/test_stock_levels_route.py"]
    (route,) = parse_routes((project / "routes/routes.d/stock-levels.toml").read_text(), {})
    assert (route.name, route.prefix, route.origin.host) == ("stock-levels", "/stock-levels", "stock.example.com")
    compile((project / "tests/test_stock_levels_route.py").read_text(), "test.py", "exec")


@pytest.mark.parametrize(
    ("given", "prefix", "asked"),
    [(None, "/stock", "/stock/17"), ("/v1/s/", "/v1/s", "/v1/s/17"), ("/", "/", "/17")],
)
def test_the_prefix_is_the_name_if_none_is_given(project: Path, given: str | None, prefix: str, asked: str) -> None:
    assert route_prefix(Name("stock"), given) == prefix
    added(project, "stock", given)
    text = (project / "routes/routes.d/stock.toml").read_text()
    assert [route.prefix for route in parse_routes(text, {})] == [prefix]
    assert f"GET {asked} asks the origin for /17" in text
    assert f'client.get("{asked}")' in (project / "tests/test_stock_route.py").read_text()


@pytest.mark.parametrize("origin", ["${BRINE_ORIGIN}", "https://${STOCK_HOST}/v2", STOCK])
def test_variables_of_the_origin_are_those_of_the_gateway(project: Path, origin: str) -> None:
    """No shell has them: the parameter Variables of the stack gives them."""
    added(project, "stock", origin=origin)
    assert f'origin = "{origin}"\n' in (project / "routes/routes.d/stock.toml").read_text()


def refused(project: Path, name: str = "stock", prefix: str | None = None, origin: str = STOCK) -> str:
    """The message of the refusal, after which no file is new."""
    before = {file for file in project.rglob("*") if file.is_file()}
    with pytest.raises(CommandError) as raised:
        added(project, name, prefix, origin)
    assert {file for file in project.rglob("*") if file.is_file()} == before
    return str(raised.value)


@pytest.mark.parametrize(
    ("origin", "why"),
    [
        ("stock.example.com", "not an http or https URL with a host"),
        ("ftp://stock.example.com", "not an http or https URL with a host"),
        ("https://stock.example.com/a b", "without blanks and backslashes"),
        ("https://stock.example.com/?a=1", "a URL with a user, query or fragment"),
        ('https://a"\nprefix = "/x', "not an http or https URL with a host"),
        ("", "not a text"),
    ],
)
def test_a_bad_origin_is_named_with_the_file_and_the_route(project: Path, origin: str, why: str) -> None:
    message = refused(project, origin=origin)
    assert message.startswith('routes/routes.d/stock.toml: route "stock": origin = ')
    assert why in message


@pytest.mark.parametrize("prefix", ["stock", "/a b", '/a"', "/a/../b", "/a?b", "//"])
def test_a_prefix_that_is_no_path_is_refused(project: Path, prefix: str) -> None:
    assert f"{prefix!r} is not a path" in refused(project, prefix=prefix)


@pytest.mark.parametrize(
    ("name", "prefix", "message"),
    [
        ("api", "/own", '.brine/layers/routes/routes.toml has a route with the name "api". Choose another name.'),
        ("own", "/api", '.brine/layers/routes/routes.toml has a route with the prefix "/api". Choose another prefix.'),
        ("prices", "/own", 'routes/routes.d/more.toml has a route with the name "prices". Choose another name.'),
        ("own", "/p", 'routes/routes.d/more.toml has a route with the prefix "/p". Choose another prefix.'),
    ],
)
def test_a_name_or_prefix_of_another_route_is_refused_with_its_file(
    project: Path, name: str, prefix: str, message: str
) -> None:
    more = '[[route]]\nname = "prices"\nprefix = "/p"\norigin = "${PRICES}"\n'  # a variable that no shell has
    (project / "routes/routes.d/more.toml").write_text(more)
    assert refused(project, name, prefix) == message


def test_a_second_route_of_the_name_is_refused(project: Path) -> None:
    added(project, "stock")
    assert "stock.toml exists. Nothing was written" in refused(project)


def test_a_file_that_is_no_toml_is_named(project: Path) -> None:
    (project / "routes/routes.d/more.toml").write_text("[[route\n")
    assert refused(project).startswith("routes/routes.d/more.toml: not valid TOML")


def test_another_folder_is_no_project(tmp_path: Path) -> None:
    assert refused(tmp_path).endswith("routes/routes.d does not exist. Run the command in the folder of a project.")
