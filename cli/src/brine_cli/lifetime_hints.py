"""Hints for routes with origins that do not say how long their responses are fresh."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.routing.route import Routes
    from brine_cli.http.messages import HttpRequest, HttpResponse

_ABOUT_FRESHNESS: Final = frozenset({b"cache-control", b"cdn-cache-control", b"expires", b"last-modified"})
_FETCHED: Final = re.compile(rb"\bbrine; fwd=(?:uri-miss|vary-miss|stale); fwd-status=2")
_FRESH: Final = re.compile(rb"; ttl=[1-9]")
_OTHER_REASON: Final = re.compile(rb"; detail=(?!no-freshness)")


class LifetimeHints:
    """Reports each route once if its origin answers without any lifetime, because its responses are then never hits.

    `is_origin`: the route is that of `brine dev --origin`, for which an option sets the lifetime.
    """

    def __init__(self, routes: Routes, report: Callable[[str], None], *, is_origin: bool = False) -> None:
        self._routes = routes
        self._report = report
        self._is_origin = is_origin
        self._reported: set[str] = set()

    def __call__(self, request: HttpRequest, response: HttpResponse) -> None:
        """Report the route of this request, if its response is the first one without a lifetime."""
        if request.method != "GET" or not _has_no_lifetime(response):
            return
        route = self._routes.match(request.target.partition(b"?")[0].decode("latin-1"))
        if route is None or route.name in self._reported or route.policy.freshness_lifetime is not None:
            return
        self._reported.add(route.name)
        remedy = (
            "Start `brine dev` with --freshness 60s"
            if self._is_origin
            else f'Write freshness_lifetime = "60s" into the route "{route.name}"'
        )
        self._report(
            f'the origin of the route "{route.name}" does not say how long its responses are fresh, so the gateway '
            f"asks it each time. {remedy}, or let the origin send Cache-Control: max-age=60."
        )


def _has_no_lifetime(response: HttpResponse) -> bool:
    """Return whether the gateway fetched this success, and neither origin nor route gave it a lifetime."""
    status = next((value for name, value in response.headers if name == b"cache-status"), b"")
    if not _FETCHED.search(status) or _FRESH.search(status) or _OTHER_REASON.search(status):
        return False
    return _ABOUT_FRESHNESS.isdisjoint(name for name, _ in response.headers)
