"""`@cached` together with the route decorators of Powertools."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from brine import cached
from tests.unit.service.results.world import World

if TYPE_CHECKING:
    from collections.abc import Callable


def event_for(path: str) -> dict[str, Any]:
    context = {"http": {"method": "GET", "path": path}, "stage": "$default", "requestId": "1"}
    return {"version": "2.0", "rawPath": path, "rawQueryString": "", "headers": {}, "requestContext": context}


def test_a_route_is_cached_when_cached_is_directly_above_the_function() -> None:
    world = World()
    app = APIGatewayHttpResolver(enable_validation=True)
    called: list[int] = []

    @app.get("/prices/<number>")
    @cached(world.process(), freshness_lifetime=60, key=lambda number: number)
    def price(number: int) -> dict[str, int]:
        called.append(number)
        return {"price": number}

    bodies = [json.loads(app.resolve(event_for("/prices/7"), context_of())["body"]) for _ in range(2)]
    assert bodies == [{"price": 7}] * 2
    assert (called, world.outcomes) == ([7], ["miss", "hit"])


def test_cached_above_a_route_decorator_caches_the_calls_of_code_only() -> None:
    """Powertools returns the function, and its route calls that one. docs/results-cache.md says so."""
    world = World()
    app = APIGatewayHttpResolver()
    get: Callable[..., Any] = app.get("/prices")
    called: list[str] = []

    def prices() -> str:
        called.append("")
        return "1"

    decorated = cached(world.process(), freshness_lifetime=60, key=lambda: "prices")(get(prices))
    for _ in range(2):
        assert app.resolve(event_for("/prices"), context_of())["body"] == "1"
    assert (len(called), world.outcomes) == (2, [])
    assert [decorated(), decorated()] == ["1", "1"]
    assert (len(called), world.outcomes) == (3, ["miss", "hit"])


def context_of() -> Any:
    """No handler here reads it."""
    return None
