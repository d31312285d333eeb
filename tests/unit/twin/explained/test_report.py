"""The report of an explanation: the verdict first, no line too wide, and no secret."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from brine.adapters.memory.origin import MemoryOrigin
from brine.errors import OriginUnreachable
from brine.service.admin.explain.explainer import Explainer
from brine.service.http_cache.refresh_requests import RefreshRequests
from brine.service.purge import Purger
from brine_cli.explained.report import report
from tests.support.gateway.explained import get
from tests.support.gateway.world import World, response

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.http.messages import Response

STALE = "max-age=10, stale-while-revalidate=30"
WIDTHS = (60, 80, 100)


def world(**fields: str) -> World:
    scene = World(dict.fromkeys(("/base/x", "/x"), response(200, b"hi", **fields)))
    scene.ask("/api/x")
    return scene


def told(scene: World, width: int, path: str = "/api/x", method: str = "GET", /, **fields: str) -> str:
    """The report about a request to the gateway of a world."""
    explained = Explainer(gateway=scene.gateway, in_process=True).explain(get(path, method, **fields))
    console = Console(width=width, no_color=True)
    with console.capture() as captured:
        console.print(report(explained.as_json()))
    return captured.get()


def hit(width: int) -> str:
    return told(world(cache_control="max-age=60", etag='"1"', surrogate_key="t"), width, cookie="id=hush")


def in_grace(width: int) -> str:
    scene = world(cache_control=STALE)
    scene.refreshes = RefreshRequests(Queue())
    scene.restart()
    scene.pass_time(15)
    return told(scene, width)


class Queue:
    def send(self, *_: object, **__: object) -> None:
        raise AssertionError("an explanation sends nothing")


def told_to_ask(width: int) -> str:
    scene = world(cache_control="max-age=60", etag='"1"')
    scene.pass_time(7)
    return told(scene, width, cache_control="max-age=0")


def another_variant(width: int) -> str:
    return told(world(cache_control="max-age=60", vary="accept-language"), width, accept_language="fr")


def unsafe(width: int) -> str:
    return told(world(cache_control="max-age=60"), width, "/api/x", "POST")


def without_route(width: int) -> str:
    return told(world(), width, "/cokies/x")


def purged(width: int) -> str:
    scene = world(cache_control="max-age=60", surrogate_key="t")
    assert scene.stamps is not None
    Purger(routes=scene.gateway.routes, stamps=scene.stamps, clock=scene.time).tag("t")
    scene.pass_time(12)
    return told(scene, width)


def private(width: int) -> str:
    return told(world(cache_control="private", set_cookie="a=1"), width)


def without_tenant(width: int) -> str:
    return told(world(), width, "/ours/x")


def open_circuit(width: int) -> str:
    def fail(*_: object) -> Response:
        raise OriginUnreachable("it is down")

    scene = World()
    scene.origin = MemoryOrigin(fail)
    scene.restart()
    for number in range(4):
        scene.ask(f"/fragile/{number}")
    return told(scene, width, "/fragile/x")


CASES: dict[Callable[[int], str], tuple[str, ...]] = {
    hit: ("A hit: the stored response is 0 s old and fresh for 1 min more.", "main *", 'ETag "1"', "(hidden)"),
    in_grace: (
        "A stale answer from the store: the stored response is 15 s old and stale for 5 s",
        "and it may be served for 25 s more while it is refreshed",
        "the refresher is asked",
    ),
    told_to_ask: ("The request says max-age=0 (RFC 9111 5.2.1.1), and the stored response is 7 s old", "answers 304"),
    another_variant: ("A miss: responses are stored for this URL, but for other values", "for another accept-language"),
    unsafe: ("POST is never answered from the cache (RFC 9111 4), so the origin is asked.", "it invalidates /base/x"),
    without_route: ("The gateway answers 404 (route-unknown): no route covers /cokies/x.", "/cookies"),
    purged: ('A miss: a response is stored for this URL, and a purge of the tag "t" 12 s ago ended it', "purged"),
    private: ("A miss: the last response could not be stored", "a marker: requests do not wait"),
    without_tenant: ("which this route reads from header:x-tenant",),
    open_circuit: ("(origin-circuit-open): the circuit of the origin is open", "circuit"),
}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_a_report_fits_the_terminal(case: Callable[[int], str], width: int) -> None:
    lines = case(width).splitlines()
    assert max(map(len, lines)) <= width
    assert lines[0].startswith(("GET /", "POST /"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_a_report_says_what_happens_and_why(case: Callable[[int], str]) -> None:
    text = re.sub(r"\s+", " ", case(100))
    for part in CASES[case]:
        assert part in text
    assert "hush" not in text
    assert "None" not in text


def test_colours_are_only_for_terminals() -> None:
    explained: dict[str, Any] = Explainer(gateway=world().gateway, in_process=True).explain(get()).as_json()
    for is_terminal, colours in ((True, True), (False, False)):
        console = Console(width=80, force_terminal=is_terminal, color_system="standard" if is_terminal else None)
        with console.capture() as captured:
            console.print(report(explained))
        assert ("\x1b[" in captured.get()) is colours
