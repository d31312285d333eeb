"""The public addresses in an answer (docs/decisions/0115)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from brine.domain.http.messages import Response
    from brine.domain.routing.addresses import Addresses
    from brine.service.transaction import Transaction

ADDRESS_FIELDS: Final = frozenset({"content-location", "link", "location", "refresh"})
"""The response fields that hold addresses. Without any of them, `with_public_addresses` need not be called.

They are those of brine.domain.routing.addresses, a module that few answers need.
"""


def with_public_addresses(response: Response, transaction: Transaction) -> Response:
    """Return the response with public addresses instead of those of the origin, unless the route forbids that.

    A part keeps those of the origin, because a function reads it.
    """
    route = transaction.route
    if not route.map_addresses or route.internal or route.origin.is_function or transaction.ancestors:
        return response
    fields = addresses_of(transaction).public_fields(response.fields, transaction.request.path)
    return replace(response, fields=fields)


def addresses_of(transaction: Transaction) -> Addresses:
    """Return the addresses of the route, at the public address of the route, or else the client's."""
    from brine.domain.routing.addresses import Addresses  # noqa: PLC0415 - few responses have addresses

    route = transaction.route
    return Addresses(route, route.public_url or transaction.front_door(route.trust_forwarded).address)
