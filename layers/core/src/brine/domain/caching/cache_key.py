"""The cache key: it decides which requests are for the same resource (RFC 9111 section 2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from brine.domain.routing.policy import MAX_VARIANTS

if TYPE_CHECKING:
    from brine.domain.http.messages import Request
    from brine.domain.routing.route import Route


@dataclass(frozen=True, slots=True)
class Resource:
    """A cache key with the route, the tenant and the limit of variants of the responses stored under it.

    An operator can purge it by its route and tenant too. `target_key`: the key of a GET of the same target, if this is
    the resource of a query by content. A purge of that key also purges this one.
    """

    key: str
    route: str
    tenant: str = ""
    max_variants: int = MAX_VARIANTS
    target_key: str = ""


def resource_of(route: Route, tenant: str, target: str, *, method: str = "GET") -> Resource:
    """Return the resource that answers a GET, or another method, of this upstream target."""
    key = cache_key(tenant=tenant, route=route, method=method, target=target)
    if route.namespace:
        key = f"{route.namespace}#{key}"
    return Resource(key, route.name, tenant, route.policy.max_variants)


def query_resource(route: Route, tenant: str, request: Request) -> Resource:
    """Return the resource that answers this query by content, in the form for the origin (RFC 10008 section 2.7)."""
    target = resource_of(route, tenant, request.target)
    key = cache_key(
        tenant=tenant, route=route, method=request.method, target=request.target, content=content_digest(request)
    )
    if route.namespace:
        key = f"{route.namespace}#{key}"
    return replace(target, key=key, target_key=target.key)


def content_digest(request: Request) -> str:
    """Return the SHA-256, in hex, of a request's content with its type and its coding."""
    digest = sha256(b"brine content 1")
    for name in ("content-type", "content-encoding"):
        lines = request.fields.all(name)
        for part in (str(len(lines)), *lines):
            data = part.encode()
            digest.update(len(data).to_bytes(4))
            digest.update(data)
    digest.update(request.body)
    return digest.hexdigest()


def cache_key(*, tenant: str, route: Route, method: str, target: str, content: str | None = None) -> str:
    """Return the SHA-256, in hex, of tenant, route, method class, origin, upstream target and digest of the content.

    The length of each part goes before it, so different lists of parts never give the same bytes. GET and HEAD are one
    class: the stored response to a GET answers a HEAD. `content`: None for a request without content.
    """
    method_class = "GET" if method == "HEAD" else method
    digest = sha256(b"brine key 1")
    parts = tenant, route.name, method_class, str(route.origin), target
    for part in parts if content is None else (*parts, content):
        data = part.encode()
        digest.update(len(data).to_bytes(4))
        digest.update(data)
    return digest.hexdigest()
