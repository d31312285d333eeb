"""`brine dev` finds requests to try in the code of functions, without running it."""

from __future__ import annotations

from pathlib import Path

import pytest

from brine_cli.commands.code_paths import functions_that_clients_reach, requests_to_try
from brine_cli.template.application import Application
from brine_cli.template.event_sources import ApiRoute
from brine_cli.template.functions import Function

FUNCTIONS = Path(__file__).parents[4] / "functions"


def function(folder: Path, handler: str = "app.handler") -> Function:
    return Function(
        logical_id="F", code=folder, handler=handler, layers=(), environment={}, timeout=3.0, memory=128
    )  # fmt: skip


def test_a_path_has_values_for_its_arguments_and_the_header_of_a_tenant() -> None:
    assert list(requests_to_try(function(FUNCTIONS / "report"))) == [("", "/report")]
    assert next(requests_to_try(function(FUNCTIONS / "shop"))) == ("-H 'x-shop: acme' ", "/shop/7")


def test_a_function_without_a_route_of_the_api_is_no_function_to_try() -> None:
    shop, gateway = function(FUNCTIONS / "shop"), function(FUNCTIONS / "gateway")
    default = ApiRoute(method="ANY", path=None, function="Gateway")
    application = Application(functions={"Shop": shop, "Gateway": gateway}, routes=(default,))
    assert list(functions_that_clients_reach(application)) == [gateway]


def test_the_gateway_has_no_routes_in_code() -> None:
    assert list(requests_to_try(function(FUNCTIONS / "gateway"))) == []


@pytest.mark.parametrize(
    "code", ["1 +", "\0", "@app.get(PATH)\ndef f(): ...", "@app.get\ndef f(): ...", "@x.get('k')\ndef f(): ..."]
)
def test_code_that_cannot_be_read_has_none(code: str, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(code)
    assert list(requests_to_try(function(tmp_path))) == []


def test_a_handler_may_be_in_a_package(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages/main.py").write_text("@app.get('/a/<b>-<c>')\nasync def f(): ...\nraise SystemExit\n")
    assert list(requests_to_try(function(tmp_path, "pages.main.handler"))) == [("", "/a/7-7")]
    assert list(requests_to_try(function(tmp_path, "absent.handler"))) == []
