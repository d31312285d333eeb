"""Refreshes that somebody else makes (RFC 5861 section 3): what of a request goes along, and when none of it may.

What goes along lies readable in a queue for days, perhaps, so nothing secret may be in it. What clients and origins
name goes along only if it is known to be harmless. What the route names does, unless its name looks like a
credential's. Any other request is refreshed where it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from brine.domain.caching.partial import PARTIAL
from brine.domain.http.canonical import NEGOTIATION
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request
from brine.domain.routing.tenant import NOBODY, tenant_header

if TYPE_CHECKING:
    from brine.domain.caching.cache_key import Resource
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.routing.route import Route

MAX_CHARACTERS = 8_000
"""Of a refresh request. As JSON no character is more than 6 bytes: it stays below the 64 KB that SQS bills as one."""

HARMLESS_FIELDS: Final = NEGOTIATION | {"origin", "save-data", "user-agent"}
"""Request fields that hold no secret, whoever sends them."""

HARMLESS_PARAMETERS: Final = frozenset(
    [
        "asc",
        "category",
        "columns",
        "count",
        "country",
        "currency",
        "date",
        "day",
        "desc",
        "dir",
        "direction",
        "end",
        "expand",
        "fields",
        "filter",
        "format",
        "from",
        "h",
        "height",
        "id",
        "ids",
        "include",
        "lang",
        "language",
        "lat",
        "limit",
        "lng",
        "locale",
        "lon",
        "max",
        "min",
        "month",
        "offset",
        "order",
        "order_by",
        "p",
        "page",
        "page_size",
        "per_page",
        "q",
        "query",
        "region",
        "search",
        "since",
        "size",
        "skip",
        "sort",
        "sort_by",
        "start",
        "status",
        "tag",
        "tags",
        "to",
        "type",
        "unit",
        "units",
        "until",
        "v",
        "version",
        "view",
        "w",
        "width",
        "year",
    ]
)
"""Names of query parameters that APIs use for other things than secrets. A route may add to them, by `query.keep`."""

# Authorization, Cookie, X-Api-Key, X-Amz-Security-Token, DPoP, and what others may call theirs.
_CREDENTIAL = re.compile(
    "auth|bearer|cert|code|cookie|credential|csrf|dpop|hash|hmac|jwt|key|login|mail|otp|pass|phone|pwd|saml|secret|sess"
    "|sig|ticket|token|xsrf|(?<![a-z])(?:jti|nonce|pat|pin|sid|ssn)(?![a-z])",
    re.IGNORECASE,
)
# What may separate parameters that are not seen here: of a path, and of a query that a server decodes once more
_HIDES_PARAMETERS = re.compile(r"[;?]|%(?:25)*(?:26|3b|3f)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshRequest:
    """Which stored response to refresh, and what its fetch needs of the request that found it stale.

    `target` is the one that the origin gets. `key` is the cache key: where route or origin have changed since, or the
    tenant is not the one that it was made of, it is another one, and there is nothing to refresh. `renews`: the
    generation of a stored response that is to be refreshed though it is fresh; if it is another by now, only what is
    stale is refreshed.
    """

    route: str
    target: str
    key: str
    tenant: str = NOBODY
    fields: Fields = field(default_factory=Fields)
    renews: int | None = None

    @property
    def request(self) -> Request:
        """The request to make: a GET, whatever the client's method was, since that is what is stored."""
        path, mark, query = self.target.partition("?")
        return Request(method="GET", path=path, query=query if mark else None, fields=self.fields)


def refresh_request(
    route: Route, request: Request, stored: StoredResponse, resource: Resource
) -> RefreshRequest | None:
    """What to hand over for a stored response that this request found, in the form that the origin gets.

    None when others must not refresh it.

    Along go the selecting fields, those of content negotiation, and the one that names the tenant. Here is where
    credentials are at play, where something may be one, where only a part is stored, and where it all is too long.
    """
    of_route = route.policy.key_headers or frozenset()
    tenant = tenant_header(route.tenant)
    fields = request.fields.only(frozenset(stored.vary) | of_route | NEGOTIATION | route.policy.named_headers | tenant)
    if (
        stored.status == PARTIAL
        or any(_CREDENTIAL.search(name) for name, _ in request.fields)
        or _CREDENTIAL.search(route.tenant or "")
        or not {name for name, _ in fields}
        <= HARMLESS_FIELDS | tenant | (of_route - {"referer"})  # a URL, with a query
        or not _is_harmless(request, route)
    ):
        return None
    characters = (
        len(request.target) + 2 * len(resource.tenant) + sum(len(name) + len(value) + 8 for name, value in fields)
    )
    if characters > MAX_CHARACTERS:
        return None
    return RefreshRequest(
        route=resource.route, target=request.target, key=resource.key, tenant=resource.tenant, fields=fields
    )


def _is_harmless(request: Request, route: Route) -> bool:
    """Whether each query parameter is known to hold no secret, and none can be hidden in the target."""
    if _HIDES_PARAMETERS.search(request.path) or _HIDES_PARAMETERS.search(request.query or ""):
        return False
    of_route = {name for name in route.query.keep or () if not _CREDENTIAL.search(name)}
    names = {parameter.partition("=")[0] for parameter in (request.query or "").split("&")}
    return names <= HARMLESS_PARAMETERS | of_route | {""}
