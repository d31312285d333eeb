"""The routes and functions at the start of `brine dev`: one short line each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from brine.adapters.config.routes import parse_routes
from brine_cli.commands.serve.short_lines import MOST_ROUTES, function_lines, route_lines
from brine_cli.template.application import Application, read_application
from brine_cli.template.event_sources import ApiRoute, QueueSource
from brine_cli.template.functions import Function
from brine_cli.template.stacks import read_stack_template, resolve_stacks

FIXTURES = Path(__file__).parents[2] / "fixtures"
AUTHORIZED = read_application(*resolve_stacks(read_stack_template(FIXTURES / "authorized/template.yaml"), {}, {}))
ROUTES = """
[[route]]
name = "api"
prefix = "/api"
origin = "https://api.test/v2"
[[route]]
name = "play"
prefix = "/httpbin"
origin = "http://127.0.0.1:9"
"""
DEFAULT = ApiRoute(method="ANY", path=None, function="Gateway")


def application(*routes: ApiRoute, **given: Any) -> Application:
    made = Function(
        logical_id="Gateway",
        code=Path.cwd() / "functions/gateway",
        handler="app.handler",
        layers=(),
        environment={},
        timeout=3,
        memory=128,
    )
    return Application(functions={"Gateway": made}, routes=routes, **given)


def test_the_routes_of_the_gateway_come_with_their_origins_the_longest_first() -> None:
    more = ApiRoute(method="POST", path="/v1/orders/{id}", function="Orders")
    routes = parse_routes(ROUTES, {})
    assert list(route_lines(application(DEFAULT, more), routes, "http://127.0.0.1:9", 100)) == [
        "  /httpbin/*    -> httpbin",
        "  /api/*        -> https://api.test/v2",
        "  /v1/orders/*  -> Orders",
    ]


def test_a_default_route_without_known_routes_leads_to_its_function() -> None:
    assert list(route_lines(application(DEFAULT), None, None, 100)) == ["  /*  -> Gateway"]


def test_methods_are_named_where_they_differ() -> None:
    lines = list(route_lines(AUTHORIZED, None, None, 80))
    assert lines[:3] == [
        "  GET /orders      -> OrdersFunction, for a token with the scope orders/read (U…",
        "  POST /orders     -> OrdersFunction, for a token with the scope orders/write o…",
        "  OPTIONS /orders  -> OrdersFunction",
    ]
    assert "  /simple/*        -> OrdersFunction, if DecideFunction allows it (Simple)" in lines
    assert all(len(line) <= 80 for line in lines)


def test_many_routes_are_cut() -> None:
    routes = [ApiRoute(method="GET", path=f"/{number}", function="F") for number in range(MOST_ROUTES + 3)]
    lines = list(route_lines(application(*routes), None, None, 100))
    assert len(lines) == MOST_ROUTES + 1
    assert lines[-1] == "  and 3 more"


def test_a_template_without_routes_says_so() -> None:
    assert list(route_lines(application(), None, None, 100)) == ["  none: no request reaches a function"]


def test_a_function_has_one_line_with_its_queues() -> None:
    queue = QueueSource(function="Gateway", queue_arn="arn:aws:sqs:x:1:jobs", batch_size=1, reports_failures=True)
    given = application(queue_sources=(queue,), unserved=("Fn.B (S3). Try: brine invoke Fn",))
    assert list(function_lines(given, 100, runs_schedules=False)) == [
        "  Gateway  functions/gateway/app.py, queue jobs",
        "  not served: Fn.B (S3). Try: brine invoke Fn",
    ]
    assert next(function_lines(given, 30, runs_schedules=False)) == "  Gateway  functions/gateway/…"


def test_a_schedule_says_how_it_runs() -> None:
    told = "\n".join(function_lines(AUTHORIZED, 200, runs_schedules=False))
    assert "cron(0 3 * * ? *) with --run-schedules" in told
    assert "with --run-schedules" not in "\n".join(function_lines(AUTHORIZED, 200, runs_schedules=True))
