"""The request as the origin gets it (RFC 9110 sections 7.6 and 7.7)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from brine.domain.http.cache_control import parse_request_directives
from brine.domain.http.canonical import canonical_fields
from brine.domain.http.cdn_loop import gateways_in
from brine.domain.http.conditions import RANGE_FIELDS
from brine.domain.http.fields import Fields
from brine.domain.http.hop_by_hop import end_to_end
from brine.domain.http.ranges import parse_range
from brine.domain.http.trace_context import with_valid_trace_context
from brine.domain.routing.forwarded import gateway_lines, without_forwarded_fields
from brine.domain.routing.front_door import unknown_front_door

if TYPE_CHECKING:
    from brine.domain.http.messages import Request
    from brine.domain.routing.front_door import FrontDoor, FrontDoorReader
    from brine.domain.routing.route import Route

# The adapter that sends the request writes Content-Length, and Host unless `forwarded_request` adds it. Expect is met
# already, because the content has arrived. A CGI program would read Proxy as the setting HTTP_PROXY.
# `forwarded_request` adds CDN-Loop, which therefore selects no stored response and is in no refresh request.
NEVER_FORWARDED: Final = frozenset({"cdn-loop", "content-length", "expect", "host", "proxy"})

# The cache's own conditions, and the fields that a cache must forward (RFC 9111 section 5.2).
_ALWAYS: Final = frozenset(
    {"cache-control", "if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "range"}
)

_OF_QUERIES: Final = frozenset({"content-encoding", "content-type"})
"""The fields of a query by content that are in its key (RFC 10008 section 2.7)."""


def upstream_request(request: Request, route: Route) -> Request:
    """Return the request as the origin gets it. Decisions and selection use these same bytes.

    A request with a response that may be stored has only the fields that the route allows, each in canonical form.
    Otherwise a field that is neither in the cache key nor in Vary could let one client change the response for all.
    A field that the route's own credentials have never passes. Such credentials are not added here, so nothing is
    decided or selected by them, and RFC 9111 section 3.5 does not apply to them: they are the same for all clients.
    Authorization passes by default, although it is rarely in Vary: the response to a request with it is stored only if
    the origin sends public, s-maxage or must-revalidate, and so permits sharing (RFC 9111 section 3.5).
    """
    if not request.fields.lines:
        return request
    fields = end_to_end(request.fields).without(NEVER_FORWARDED)
    if route.credentials is not None:
        fields = route.credentials.without_own(fields)
    if not _may_be_stored(request, route):
        return replace(request, fields=fields if route.trust_forwarded else without_forwarded_fields(fields))
    if route.policy.forward_headers != "all":
        passed = route.policy.forward_headers | (route.policy.key_headers or frozenset()) | _ALWAYS
        if request.is_safe_query:
            passed |= _OF_QUERIES
        is_post = request.method == "POST" and not request.may_use_cache
        fields = Fields.from_lowercase(
            line for line in fields.lines if line[0] in passed or (is_post and line[0].startswith("content-"))
        )
        text = parse_request_directives(fields).normalised_value if route.policy.request_directives else ""
        fields = _with_directives(fields, text)
    elif not route.trust_forwarded:
        fields = without_forwarded_fields(fields)
    fields = with_valid_trace_context(canonical_fields(fields))
    if parse_range(fields.get("range", "")) is None:  # a server may ignore any Range (RFC 9110 section 14.2)
        fields = fields.without(RANGE_FIELDS)
    return replace(request, fields=fields)


def forwarded_request(
    request: Request,
    route: Route,
    name: str,
    passed: tuple[str, ...] = (),
    front_door: FrontDoorReader = unknown_front_door,
) -> Request:
    """Return the result of `upstream_request` as it is forwarded.

    The gateway adds itself to Via and CDN-Loop (RFC 9110 section 7.6.3, RFC 8586 section 2). It obeys the client's
    cache directives. It forwards only those that ask for a new response, because no key includes the rest.
    name: the gateway's own in Via and CDN-Loop.
    passed: the client's lines of CDN-Loop. If the response may be stored, the gateway forwards only names of gateways:
    they suffice to end a loop, because each gateway adds its own, and another CDN must not remove that.
    front_door: where the request arrived. It is read only if the response may not be stored.
    """
    fields = request.fields
    front: FrontDoor | None = None
    if _may_be_stored(request, route):
        passed = (", ".join(names),) if passed and (names := gateways_in(passed)) else ()
        if route.policy.forward_headers != "all":
            fields = _with_directives(fields, parse_request_directives(fields).origin_value)
    else:
        front = front_door(route.trust_forwarded)
    loop = [("cdn-loop", line) for line in (*passed, name)]
    added = gateway_lines(fields, route, front)
    return replace(request, fields=Fields.from_lowercase((*fields.lines, *added, ("via", f"1.1 {name}"), *loop)))


def _may_be_stored(request: Request, route: Route) -> bool:
    return request.may_use_cache or (request.method == "POST" and route.policy.store_post)


def _with_directives(fields: Fields, text: str) -> Fields:
    if "cache-control" not in fields:
        return fields
    return fields.replacing("cache-control", text) if text else fields.without({"cache-control"})
