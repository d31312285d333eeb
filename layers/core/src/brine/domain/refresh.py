"""Refreshes that somebody else makes (RFC 5861 section 3): what of a request goes along, and when none of it may.

What goes along lies in a queue for a while, so nothing secret may be in it: a request by whose credentials the origin
may pick or permit its answer is refreshed where it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from brine.domain.canonical import NEGOTIATION
from brine.domain.fields import Fields
from brine.domain.messages import Request
from brine.domain.partial import PARTIAL
from brine.domain.tenant import NOBODY, tenant_header

if TYPE_CHECKING:
    from brine.domain.cache_key import Resource
    from brine.domain.route import Route
    from brine.domain.stored import StoredResponse

MAX_CHARACTERS = 8_000
"""Of a refresh request. As JSON no character is more than 6 bytes: it stays below the 64 KB that SQS bills as one."""

# Authorization, Cookie, X-Api-Key, X-Amz-Security-Token, DPoP, and what others may call theirs; in a query, too.
_CREDENTIAL = re.compile(
    "auth|bearer|cert|cookie|credential|csrf|dpop|jwt|key|otp|passw|pwd|saml|secret|session|sig|ticket|token|xsrf"
)


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


def _parameter_names(query: str) -> list[str]:
    return [unquote_plus(parameter.partition("=")[0]).lower() for parameter in query.split("&")]


def refresh_request(
    route: Route, request: Request, stored: StoredResponse, resource: Resource
) -> RefreshRequest | None:
    """What to hand over for a stored response that this request found, in the form that the origin gets.

    None when others must not refresh it.

    Along go the selecting fields, those of content negotiation, those that the route names beyond the standard ones,
    and the one that names the tenant. Here is where credentials are at play, where only a part is stored, and where it
    all is too long.
    """
    selecting = frozenset(stored.vary) | (route.policy.key_headers or frozenset())
    at_play = {name for name, _ in request.fields} | tenant_header(route.tenant)
    if stored.status == PARTIAL or any(map(_CREDENTIAL.search, at_play)):
        return None
    if any(map(_CREDENTIAL.search, _parameter_names(request.query or ""))):
        return None
    fields = request.fields.only(selecting | NEGOTIATION | route.policy.named_headers | tenant_header(route.tenant))
    characters = (
        len(request.target) + 2 * len(resource.tenant) + sum(len(name) + len(value) + 8 for name, value in fields)
    )
    if characters > MAX_CHARACTERS:
        return None
    return RefreshRequest(
        route=resource.route, target=request.target, key=resource.key, tenant=resource.tenant, fields=fields
    )
