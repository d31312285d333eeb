"""What the next request does in each situation, as an explanation says and as it then happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.adapters.memory.l1 import L1
from tests.support.gateway.explained import Server, get, played
from tests.support.gateway.media import noise

if TYPE_CHECKING:
    from tests.support.gateway.explained import Story

LARGE = noise(3_000)  # more than the table holds


def server(text: str | None = "max-age=10", *more: tuple[str, str], **members: object) -> Server:
    lines = (*((("cache-control", text),) if text else ()), *more)
    return Server(lines=lines, **members)  # type: ignore[arg-type]  # the members of Server


DOWN = Server(fails=True)
SCRIPTS: dict[str, tuple[Story, list[str]]] = {
    "a hit": ((server(), True, [get(), 5.0, get()]), ["forward", "serve"]),
    "a hit of an older entry": (
        (server(), True, [get(), get("/api/y"), get(), get("/api/y")]),
        ["forward", "forward", "serve", "serve"],
    ),
    "a hit in the table": ((server(), True, [get(), "restart", get()]), ["forward", "serve"]),
    "stale, refreshed by the queue": (
        (server("max-age=10, stale-while-revalidate=30"), True, [get(), 11.0, get(), get(), 6.0, get()]),
        ["forward", "serve-stale", "serve-stale", "serve-stale"],
    ),
    "stale, without a queue": (
        (server("max-age=10, stale-while-revalidate=30"), False, [get(), 11.0, get()]),
        ["forward", "forward"],
    ),
    "stale in grace, and the origin fails": (
        (server(), True, [get("/open/x"), 11.0, DOWN, get("/open/x")]),
        ["forward", "forward"],
    ),
    "validated": ((server(has_tag=True), True, [get(), 11.0, get(), get()]), ["forward", "validate", "serve"]),
    "max-age=0": ((server(has_tag=True), True, [get(), 2.0, get(cache_control="max-age=0")]), ["forward", "validate"]),
    "only-if-cached": ((server(), True, [get(cache_control="only-if-cached")]), ["refuse"]),
    "no route": ((server(), True, [get("/nothing")]), ["problem"]),
    "no tenant": ((server(), True, [get("/ours/x"), get("/ours/x", x_tenant="a")]), ["problem", "forward"]),
    "POST": ((server(), True, [get(), get("/api/x", "POST"), get()]), ["forward", "forward", "forward"]),
    "purged": ((server(), True, [get(), 2.0, ("purge", "url", False), 2.0, get()]), ["forward", "forward"]),
    "purged a moment ago": ((server(), True, [get(), ("purge", "url", False), get()]), ["forward", "serve"]),
    "purged softly": (
        (server(has_tag=True), True, [get(), ("purge", "route", True), 9.0, get()]),
        ["forward", "validate"],
    ),
    "another variant": (
        (
            server("max-age=60", ("vary", "accept-language")),
            True,
            [get(accept_language="de"), get(accept_language="en"), get(accept_language="en"), "restart", get()],
        ),
        ["forward", "forward", "serve", "forward"],
    ),
    "private": ((server("private"), True, [get(), get(), 130.0, get()]), ["forward"] * 3),
    "altered": ((server(), True, [get(), "spoil", "restart", get()]), ["forward", "forward"]),
    "its body is lost": (
        (server("max-age=60", body=LARGE), True, [get(), "restart", get(), "restart", "lose", get()]),
        ["forward", "serve", "forward"],
    ),
    "an open circuit": (
        (DOWN, True, [*[get(f"/fragile/{at}") for at in range(5)], 12.0, server(), get("/fragile/x")]),
        ["forward", "forward", "forward", "problem", "problem", "forward"],
    ),
    "an open circuit, and a stale response": (
        (
            server(),
            True,
            [get("/fragile/x"), 11.0, DOWN, *[get(f"/fragile/{at}") for at in range(3)], get("/fragile/x")],
        ),
        ["forward"] * 4 + ["serve-stale"],
    ),
    "a spent budget": (
        (server(), True, [get(f"/metered/{at}") for at in range(8)]),
        ["forward"] * 6 + ["problem"] * 2,
    ),
    "too many new keys": ((server(), True, [get(f"/guarded/{at}") for at in (1, 2, 3, 4, 4)]), ["forward"] * 5),
    "an early refresh": (
        (server(None), True, [get("/loud/x?q=1&z=2"), 15.0, get("/loud/x?q=1")]),
        ["forward", "serve"],
    ),
}
BUGS: dict[str, tuple[str, str, object]] = {
    "a hit counts as a use": ("a hit of an older entry", "brine.adapters.memory.l1.L1.peek", L1.get),
    "new keys are counted": (
        "too many new keys",
        "brine.service.http_cache.key_guard.KeyGuard.copied",
        lambda self: self,
    ),
    "stamps are learnt": (
        "purged",
        "brine.service.stores.known_stamps.KnownStamps.copied",
        lambda self: self,
    ),
    "known stamps are not seen": (
        "purged a moment ago",
        "brine.service.stores.known_stamps.KnownStamps.copied",
        lambda self: self.emptied(),
    ),
    "pauses begin": (
        "stale, refreshed by the queue",
        "brine.service.http_cache.refresh_requests.RefreshRequests.is_paused",
        lambda self, request, slot, now: not self._pauses.is_over((request.key, slot, request.renews), now),
    ),
    "the circuit is not looked at": (
        "an open circuit",
        "brine.service.origins.circuits.Circuits.phase",
        lambda *_, **__: ("closed", 0.0),
    ),
    "a unit of the budget is used": (
        "a spent budget",
        "brine.service.origins.allowance.Allowance.copied",
        lambda self: self,
    ),
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_the_explanation_comes_true(script: str) -> None:
    story, actions = SCRIPTS[script]
    scene = played(story)
    assert (scene.violations, scene.actions) == ([], actions)


@pytest.mark.parametrize("bug", BUGS)
def test_a_bug_that_is_put_in_is_found(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    script, place, replacement = BUGS[bug]
    monkeypatch.setattr(place, replacement)
    assert played(SCRIPTS[script][0]).violations
