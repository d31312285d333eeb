"""The request target of a client that leads to a target at the origin: the inverse of `upstream_target`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brine.domain.routing.route import Route


def public_target(route: Route, target: str) -> str | None:
    """Return the path and query that a client writes for a target at the origin; None if no client can.

    The query is the one for the origin. If several targets of clients lead to `target`, it is the shortest.
    """
    if route.pattern is not None:
        return target
    path, mark, query = target.partition("?")
    base = route.base_path
    if route.internal or not (path == base or path.startswith(f"{base}/")):
        return None
    rest = path.removeprefix(base)
    prefix = "" if route.prefix == "/" else route.prefix
    if rest == "/" and prefix and not base:
        rest = ""
    return f"{prefix + rest or '/'}{mark}{query}"
