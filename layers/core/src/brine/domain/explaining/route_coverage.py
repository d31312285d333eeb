"""The routes that cover a path, and the reason why one of them wins."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brine.domain.routing.route import Route, Routes


def covers(route: Route, path: str) -> bool:
    """Return whether a route covers a raw (percent-encoded) path: by its pattern, or its prefix up to a "/"."""
    if route.internal or not path.startswith("/"):
        return False
    if route.pattern is not None:
        return route.pattern.covers(path)
    return route.prefix in {"/", path} or path.startswith(f"{route.prefix}/")


def covering_routes(routes: Routes, path: str) -> tuple[Route, ...]:
    """Return all routes that cover a path: first the one that `Routes.match` returns, then those that it wins over."""
    chosen = routes.match(path)
    if chosen is None:
        return ()
    others = (route for route in routes if route is not chosen and covers(route, path))
    return chosen, *sorted(others, key=lambda route: (route.pattern is None, -len(route.prefix)))


def win_text(route: Route, other: Route) -> str:
    """Return why `route` wins over `other`, which covers the same path."""
    if route.pattern is not None and other.pattern is None:
        return "a pattern of a function wins over a prefix"
    if route.pattern is not None:
        if route.pattern.names or not other.pattern or not other.pattern.names:
            return "of two patterns, the first wins"
        return "a pattern without arguments wins over one with arguments"
    return (
        "the longer prefix wins" if len(route.prefix) > len(other.prefix) else "of two equal prefixes, the first wins"
    )


def near_prefixes(routes: Routes, path: str, *, most: int = 3) -> tuple[str, ...]:
    """Return at most `most` prefixes and patterns that look like a path that no route covers, the nearest first."""
    known = all_prefixes(routes)
    segments = path.count("/")
    heads = {"/".join(path.split("/")[: depth + 1]) for depth in range(1, segments + 1)}
    scored = {name: near for head in heads for near, name in enumerate(get_close_matches(head, known, n=most))}
    return tuple(sorted(scored, key=lambda name: scored[name])[:most])


def all_prefixes(routes: Routes) -> tuple[str, ...]:
    """Return the prefixes and patterns of the routes that clients reach, sorted."""
    return tuple(sorted({route.prefix for route in routes if not route.internal}))
