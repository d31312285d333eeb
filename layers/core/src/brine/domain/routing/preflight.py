"""Preflights: the OPTIONS requests by which browsers ask for permission (the Fetch standard, section 3.2).

RFC 9111 has no caching for OPTIONS. The gateway makes up for it if the route wants that: it keeps the permission under
a key of its own, for the Access-Control-Max-Age that the origin gives to browsers.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from brine.domain.http.field_syntax import delta_seconds
from brine.domain.routing.policy import Policy

if TYPE_CHECKING:
    from brine.domain.http.fields import Fields
    from brine.domain.http.messages import Request, Response
    from brine.domain.routing.route import Route

SELECTING_FIELDS: Final = frozenset(
    {
        *("access-control-request-headers", "access-control-request-local-network", "access-control-request-method"),
        *("access-control-request-private-network", "origin"),
    }
)
"""The fields of a preflight on which the permission depends. They are all that the origin gets of it."""

LONGEST: Final = 2048
"""The most characters of these fields in a preflight that is stored."""
MAX_LIFETIME: Final = 7200
"""The longest lifetime of a stored permission in seconds: that of Chromium."""

_SENT: Final = frozenset({"cdn-loop", "traceparent", "tracestate"})
_ABOUT_CACHING: Final = frozenset(
    {"age", "cache-control", "cdn-cache-control", "etag", "expires", "last-modified", "pragma"}
)


def is_cached_preflight(request: Request) -> bool:
    """Return whether a stored permission may answer a request: a preflight with fields that are not too long."""
    fields = request.fields
    return (
        request.method == "OPTIONS"
        and not request.body
        and "origin" in fields
        and "access-control-request-method" in fields
        and sum(len(value) for name, value in fields if name in SELECTING_FIELDS) <= LONGEST
    )


def preflight_route(route: Route) -> Route:
    """Return the route with the caching settings for preflights."""
    policy = Policy(
        forward_headers=SELECTING_FIELDS,
        key_headers=SELECTING_FIELDS,
        set_cookie="refuse",
        request_directives=False,
        tags=route.policy.tags,
        show_key=route.policy.show_key,
        max_variants=route.policy.max_variants,
        new_keys_per_minute=route.policy.new_keys_per_minute,
    )
    return replace(route, policy=policy)


def preflight_as_get(request: Request) -> Request:
    """Return a preflight in the form in which the cache handles it."""
    return replace(request, method="GET", fields=request.fields.only(SELECTING_FIELDS | _SENT))


def with_permission_lifetime(response: Response) -> Response:
    """Return the origin's answer to a preflight, with the lifetime that its Access-Control-Max-Age gives it."""
    fields = response.fields
    seconds = _max_age(fields) if 200 <= response.status < 300 and "access-control-allow-origin" in fields else 0
    lifetime = f"max-age={min(seconds, MAX_LIFETIME)}" if seconds else "no-store"
    return replace(response, fields=fields.without(_ABOUT_CACHING).with_line("cache-control", lifetime))


def for_browser(response: Response) -> Response:
    """Return the answer for the browser, which may keep the permission for the rest of its lifetime."""
    fields = response.fields.without({"cache-control"})
    if seconds := _max_age(fields):
        age = delta_seconds(fields.get("age", "0")) or 0
        fields = fields.replacing("access-control-max-age", str(max(0, seconds - age)))
    return replace(response, fields=fields)


def _max_age(fields: Fields) -> int:
    lines = fields.all("access-control-max-age")
    return (delta_seconds(lines[0].strip(" \t")) or 0) if len(lines) == 1 else 0
