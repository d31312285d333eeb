"""The cache key of a request in an explanation, and each part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.domain.caching.cache_key import content_digest
from brine.domain.caching.vary import vary_names
from brine.domain.explaining.field_changes import shown_value
from brine.domain.explaining.query_parameters import query_parameters
from brine.domain.routing.tenant import NO_TENANT, tenant_digest
from brine.service.admin.explain.explanation import KeyParts, SelectingField

if TYPE_CHECKING:
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.http.messages import Request
    from brine.service.admin.explain.stored_section import StoredSlots
    from brine.service.transaction import Transaction


def key_parts(transaction: Transaction, received: Request, slots: StoredSlots, pk: str) -> KeyParts:
    """Return the key of a transaction. `received`: the client's request. `pk`: its partition key in the table."""
    route, request, resource = transaction.route, transaction.request, transaction.resource
    has_content = request.content_query is not None and request.content_query.refusal is None
    return KeyParts(
        key=resource.key,
        place=pk,
        slot=slots.slot,
        route=route.name,
        namespace=route.namespace,
        tenant=None if resource.tenant == NO_TENANT else tenant_digest(resource.tenant),
        method=_method_class(transaction, received),
        origin=str(route.origin),
        path=received.path,
        target=request.target,
        parameters=query_parameters(route.query, received.query),
        content=content_digest(request) if has_content else None,
        selecting=_selecting(transaction, slots.main),
        selects_known=slots.main is not None,
        is_used=request.may_use_cache,
    )


def _method_class(transaction: Transaction, received: Request) -> str:
    if received.method == "OPTIONS" and transaction.request.method == "GET":
        return "OPTIONS"  # a preflight, which the cache handles as a GET
    query = transaction.request.content_query
    return transaction.request.method if query is not None and query.refusal is None else "GET"


def _selecting(transaction: Transaction, main: StoredResponse | None) -> tuple[SelectingField, ...]:
    """Return the fields that select: those of the stored response, or those that the route names."""
    policy, fields = transaction.route.policy, transaction.request.fields
    if main is None:
        names, of_vary = tuple(sorted(policy.key_headers or ())), frozenset[str]()
    else:
        names, of_vary = main.vary, frozenset(vary_names(main.fields))
    return tuple(
        SelectingField(
            name=name,
            value=None if (value := fields.get(name)) is None else shown_value(name, value),
            because="Vary" if name in of_vary else _because(name, policy.key_headers, policy.named_headers),
        )
        for name in names
    )


def _because(name: str, key_headers: frozenset[str] | None, named_headers: frozenset[str]) -> str:
    if name in (key_headers or ()):
        return "key_headers"
    if name in named_headers:
        return "forward_headers, because the origin gives no lifetime"
    return "content negotiation, because the route makes the response fresh"
