"""The lines under "Try:" fit what the twin serves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brine_cli.commands.try_out.overview import described, described_schedule, parameter_lines
from brine_cli.commands.try_out.try_lines import MOST_LINES, TwinSummary, try_lines
from brine_cli.template.application import Application, read_application
from brine_cli.template.event_sources import ApiRoute
from brine_cli.template.functions import Function
from brine_cli.template.stacks import read_stack_template, resolve_stacks

if TYPE_CHECKING:
    from brine_cli.template.authorizers.kinds import Authorizer

FIXTURES = Path(__file__).parents[2] / "fixtures"
URL = "http://127.0.0.1:3000"
COMMANDS = ("dev", "invoke", "explain", "top", "purge")
DESK = (
    "uv run brine top  # hit ratio, hot keys and slow origins, live",
    f"{URL}/_brine/  # the console, for a browser",
)
AUTHORIZED = read_application(*resolve_stacks(read_stack_template(FIXTURES / "authorized/template.yaml"), {}, {}))


def served(application: Application = AUTHORIZED, **given: Any) -> TwinSummary:
    usual = {"url": URL, "prefix": "/", "console": "/_brine/", "commands": COMMANDS}
    return TwinSummary(**(usual | given), application=application)


def application(*routes: ApiRoute, functions: tuple[str, ...] = ("Gateway",)) -> Application:
    made = {
        name: Function(
            logical_id=name, code=Path("gone"), handler="app.h", layers=(), environment={}, timeout=3, memory=128
        )
        for name in functions
    }
    return Application(functions=made, routes=routes)


DEFAULT = ApiRoute(method="ANY", path=None, function="Gateway")


def test_a_template_with_authorizers() -> None:
    assert try_lines(served()) == (
        f'curl -i -H "Authorization: Bearer $(uv run brine token sub=ada scope=orders/read)" {URL}/orders',
        f"curl -i {URL}/open",
        f'curl -i -H "Authorization: Bearer $(uv run brine token sub=ada)" {URL}/pool',
        "uv run brine invoke OrdersFunction  # with the event of cron(0 3 * * ? *)",
        *DESK,
    )


def test_requests_need_no_token_with_claims_of_the_user() -> None:
    assert try_lines(served(has_claims=True))[0] == f"curl -i {URL}/orders"


def test_a_twin_that_verifies_tokens_wants_one_of_the_issuer() -> None:
    assert try_lines(served(verifies_tokens=True))[0] == f'curl -i -H "Authorization: Bearer TOKEN" {URL}/orders'


def route(authorizer: Authorizer, **given: Any) -> tuple[str, ...]:
    made = ApiRoute(**({"method": "GET", "path": "/a/{id}", "function": "Fn"} | given), authorizer=authorizer)
    return try_lines(served(application(made, functions=("Fn",)), commands=()))[:-1]  # without the console


def test_a_route_of_each_authorizer() -> None:
    by_path = {one.path: one.authorizer for one in AUTHORIZED.routes}
    assert route("NONE") == (f"curl -i {URL}/a/7",)
    assert route("AWS_IAM") == (f"curl -i --aws-sigv4 aws:amz:us-east-1:execute-api --user me:test {URL}/a/7",)
    assert route(by_path["/simple/{id}"]) == (f"curl -i -H 'X-Key: VALUE' '{URL}/a/7?shop=VALUE'",)


def test_the_method_of_a_route() -> None:
    assert route("NONE", method="POST") == (f"curl -i --json '{{}}' {URL}/a/7",)
    assert route("NONE", method="PUT") == (f"curl -i -X PUT --json '{{}}' {URL}/a/7",)
    assert route("NONE", method="DELETE") == (f"curl -i -X DELETE {URL}/a/7",)
    assert route("NONE", method="HEAD") == (f"curl -i -I {URL}/a/7",)
    assert route("NONE", method="OPTIONS") == ()
    assert route("NONE", path="/files/{proxy+}") == (f"curl -i {URL}/files/7",)


def test_a_gateway_with_its_cache() -> None:
    given = served(application(DEFAULT), gateways={"Gateway"}, prefix="/api/", is_httpbin=True, table="t")
    assert try_lines(given) == (
        f"curl -i {URL}/api/cache/60  # twice: the second is a hit",
        "uv run brine explain /api/cache/60  # what the next request does, and why",
        DESK[0],
        "uv run brine purge --everything --dry-run  # what a purge would end",
        DESK[1],
    )


def test_commands_that_do_not_find_the_twin_get_its_url() -> None:
    given = served(application(DEFAULT), gateways={"Gateway"}, table="t", is_found=False)
    lines = [line.partition("  # ")[0] for line in try_lines(given)]
    assert lines[1:] == [
        f"uv run brine explain {URL}/",
        f"uv run brine top --twin {URL}",
        f"uv run brine purge --everything --dry-run --twin {URL}",
        f"{URL}/_brine/",
    ]


def test_a_gateway_to_one_origin() -> None:
    given = served(application(DEFAULT), gateways={"Gateway"}, origin="https://pypi.org/simple", commands=())
    assert try_lines(given)[0] == (
        f"curl -i {URL}/  # https://pypi.org/simple, twice: Cache-Status says if it is a hit"
    )


def test_a_default_route_without_a_gateway() -> None:
    assert try_lines(served(application(DEFAULT))) == (f"curl -i {URL}/", *DESK)


def test_a_function_that_no_request_reaches() -> None:
    given = application(DEFAULT, functions=("Gateway", "Thumbnails"))
    assert "uv run brine invoke Thumbnails -e EVENT.json" in try_lines(served(given, gateways={"Gateway"}))


def test_a_function_that_a_service_of_aws_calls_is_none_to_try() -> None:
    given = replace(application(DEFAULT, functions=("Gateway", "Rotator")), called_by_services=frozenset({"Rotator"}))
    assert not [line for line in try_lines(served(given, gateways={"Gateway"})) if "Rotator" in line]


def test_there_are_not_too_many_lines() -> None:
    routes = (DEFAULT, *(ApiRoute(method="GET", path=f"/{n}", function=f"F{n}") for n in range(9)))
    given = application(*routes, functions=("Gateway", *(f"F{n}" for n in range(9)), "Other"))
    lines = try_lines(served(given, gateways={"Gateway"}, table="t"))
    assert len(lines) == MOST_LINES == 7
    assert lines[-1] == DESK[1]
    assert len(set(lines)) == len(lines)


def test_what_a_client_needs_for_a_route() -> None:
    by_path = {one.key: described(one) for one in AUTHORIZED.routes}
    assert by_path == {
        "GET /orders": ", for a token with the scope orders/read (Users)",
        "POST /orders": ", for a token with the scope orders/write or admin (Users)",
        "OPTIONS /orders": "",
        "GET /open": "",
        "GET /pool": ", for a token (Pool)",
        "ANY /simple/{id}": ", if DecideFunction allows it (Simple)",
        "ANY /policy/{proxy+}": ", if DecideFunction allows it (Policy)",
        "GET /elsewhere": ", if central-authorizer allows it (Elsewhere)",
    }
    assert described(ApiRoute(method="GET", path="/", function="F", authorizer="AWS_IAM")) == (
        ", signed requests only (AWS_IAM)"
    )


def test_schedules() -> None:
    nightly, often, _ = AUTHORIZED.schedules
    assert described_schedule(nightly, is_run=False) == (
        "OrdersFunction, not run: --run-schedules, or brine invoke OrdersFunction (OrdersFunction.Nightly)"
    )
    assert described_schedule(nightly, is_run=True) == "OrdersFunction (OrdersFunction.Nightly)"
    assert described_schedule(often, is_run=True) == "OrdersFunction, disabled in the template (OrdersFunction.Often)"


def test_where_the_values_of_parameters_came_from() -> None:
    given = {"Orders": "https://orders.example", "Password": "s3cret", "Auth": "https://user:s3cret@a"}
    assert list(parameter_lines({"Origin", "Orders"}, given, "http://127.0.0.1:1")) == [
        ("Orders", "https://orders.example (--parameter)"),
        ("Password", "as given (--parameter)"),
        ("Auth", "as given (--parameter)"),
        ("Origin", "http://127.0.0.1:1 (the httpbin of this machine; your API: --parameter Origin=URL)"),
    ]
    assert list(parameter_lines({"Origin"}, {}, None)) == []
