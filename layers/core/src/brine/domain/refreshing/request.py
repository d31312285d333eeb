"""Requests for the refresher (RFC 5861 section 3): the parts of a client's request that they contain.

A refresh request is readable in a queue, possibly for days, so it must not contain a secret. Fields and parameters that
clients and origins name are included only if they are known to be harmless. Those that the route names are included
unless the name looks like a credential's. The gateway itself makes every other refresh.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from brine.domain.caching.partial import PARTIAL
from brine.domain.http.canonical import NEGOTIATION
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request
from brine.domain.routing.tenant import NO_TENANT, tenant_header

if TYPE_CHECKING:
    from brine.domain.caching.cache_key import Resource
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.routing.route import Route

MAX_CHARACTERS = 8_000
"""Characters of a refresh request. In JSON each takes at most 6 bytes: below 64 KB, SQS's billing unit."""

MAX_CONTENT: Final = 32_768
"""Bytes of content in a refresh request. In a message they grow by a third: all takes at most two billing units."""

CONTENT_FIELDS: Final = frozenset({"content-encoding", "content-type"})
"""The fields of content that are in the key of a query."""

HARMLESS_FIELDS: Final = NEGOTIATION | {"origin", "save-data", "user-agent"}
"""Request fields that never hold a secret."""

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
"""Names of query parameters that APIs do not use for secrets. A route may add names by `query.keep`."""

# Authorization, Cookie, X-Api-Key, X-Amz-Security-Token, DPoP, and similar names.
_CREDENTIAL = re.compile(
    "auth|bearer|cert|code|cookie|credential|csrf|dpop|hash|hmac|jwt|key|login|mail|otp|pass|phone|pwd|saml|secret|sess"
    "|sig|ticket|token|xsrf|(?<![a-z])(?:jti|nonce|pat|pin|sid|ssn)(?![a-z])",
    re.IGNORECASE,
)
# Separators of parameters that this check cannot see: in a path, and in a query that a server decodes twice
_HIDES_PARAMETERS = re.compile(r"[;?]|%(?:25)*(?:26|3b|3f)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshRequest:
    """The stored response to refresh, and the parts of the client's request that the fetch needs.

    `target` is the one that the origin gets. `key` is the cache key. If the route, its origin or the tenant has
    changed, the key differs, and no response is refreshed. `renews`: the generation of the response to refresh, fresh
    or stale. If the generation has changed, only a response that was fresh at first and is stale now is refreshed.
    `method` and `content` are those of a query by content.
    """

    route: str
    target: str
    key: str
    tenant: str = NO_TENANT
    fields: Fields = field(default_factory=Fields)
    renews: int | None = None
    method: str = "GET"
    content: bytes = b""

    @property
    def request(self) -> Request:
        """The request to make: a GET, unless the stored response answers a query by content."""
        path, mark, query = self.target.partition("?")
        return Request(
            method=self.method, path=path, query=query if mark else None, fields=self.fields, body=self.content
        )


def may_be_credential(name: str) -> bool:
    """Return whether the name of a field or parameter looks like that of a credential, such as X-Api-Key."""
    return _CREDENTIAL.search(name) is not None


def refresh_request(
    route: Route, request: Request, stored: StoredResponse, resource: Resource
) -> RefreshRequest | None:
    """Return the refresh request for a stored response that this request found, or None.

    `request` has the form that the origin gets. The refresh request contains the selecting fields, those of content
    negotiation, and the one that names the tenant. None: the gateway must refresh the response itself. That is so with
    credentials or a possible credential, for a stored part, and for too many characters. It is so, too, with content
    that is too large, or that the route does not permit in refresh requests.
    """
    method, content, of_content = "GET", b"", frozenset[str]()
    if request.content_query is not None:
        if not route.query_body.in_refresh_requests or len(request.body) > MAX_CONTENT:
            return None
        method, content, of_content = request.method, request.body, CONTENT_FIELDS
    of_route = route.policy.key_headers or frozenset()
    tenant = tenant_header(route.tenant)
    fields = request.fields.only(
        frozenset(stored.vary) | of_route | NEGOTIATION | route.policy.named_headers | tenant | of_content
    )
    if (
        stored.status == PARTIAL
        or any(_CREDENTIAL.search(name) for name, _ in request.fields)
        or _CREDENTIAL.search(route.tenant or "")
        or (route.pattern is not None and any(map(_CREDENTIAL.search, route.pattern.names)))
        or not {name for name, _ in fields}
        <= HARMLESS_FIELDS | of_content | tenant | (of_route - {"referer"})  # a URL, with a query
        or not _is_harmless(request, route)
    ):
        return None
    characters = (
        len(request.target) + 2 * len(resource.tenant) + sum(len(name) + len(value) + 8 for name, value in fields)
    )
    if characters > MAX_CHARACTERS:
        return None
    return RefreshRequest(
        route=resource.route,
        target=request.target,
        key=resource.key,
        tenant=resource.tenant,
        fields=fields,
        method=method,
        content=content,
    )


def _is_harmless(request: Request, route: Route) -> bool:
    """Return whether each query parameter is known to hold no secret, and the target can hide none."""
    if _HIDES_PARAMETERS.search(request.path) or _HIDES_PARAMETERS.search(request.query or ""):
        return False
    of_route = {name for name in route.query.keep or () if not _CREDENTIAL.search(name)}
    names = {parameter.partition("=")[0] for parameter in (request.query or "").split("&")}
    return names <= HARMLESS_PARAMETERS | of_route | {""}
