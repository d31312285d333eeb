"""What the caches of clients may keep of the answer of a function."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from brine.domain.http.client_fields import limited_to, made_private

if TYPE_CHECKING:
    from brine.domain.routing.route import Route
    from brine.service.http_cache.answer import Answer


def for_client(answer: Answer, route: Route, method: str, now: float) -> Answer:
    """Return the answer as it leaves the gateway.

    The lifetime of a function's response comes from its route, and is meant for the gateway's cache. So no other shared
    cache may keep the response for a tenant, one that sets a cookie, and one that the gateway itself may not store.
    """
    fields = answer.response.fields
    if route.tenant is not None or "set-cookie" in fields or (method == "GET" and answer.source is None):
        fields = made_private(fields)
    if route.policy.client_lifetime is not None:
        fields = limited_to(fields, route.policy.client_lifetime, now)
    return replace(answer, response=replace(answer.response, fields=fields))
