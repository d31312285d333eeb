"""The fields by which an origin learns how clients reach the gateway (RFC 7239).

The gateway makes them. A request whose response may be stored gets only those that are the same for every request of
the route, because its response may answer any client. Other requests also get the address of their client.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.domain.http.fields import Fields

if TYPE_CHECKING:
    from brine.domain.http.fields import FieldLine
    from brine.domain.routing.front_door import FrontDoor
    from brine.domain.routing.route import Route


def is_forwarded_field(name: str) -> bool:
    """Return whether a field, in lower case, says how a client reached a proxy."""
    return name.startswith("x-forwarded-") or name in {"forwarded", "x-real-ip"}


def without_forwarded_fields(fields: Fields) -> Fields:
    """Return the fields without those by which a client could claim another address."""
    kept = [line for line in fields.lines if not is_forwarded_field(line[0])]
    return fields if len(kept) == len(fields.lines) else Fields.from_lowercase(kept)


def forwarded_fields(route: Route, front_door: FrontDoor | None) -> list[FieldLine]:
    """Return the lines for a request to the origin of a route.

    front_door: where the request arrived; None if its response may be stored.
    """
    if route.internal or route.origin.scheme == "function":
        return []
    client = "" if front_door is None else front_door.client
    address = route.public_url or (None if front_door is None else front_door.address)
    prefix = ("" if address is None else address.base) + ("" if route.prefix == "/" else route.prefix)
    lines = [("x-forwarded-prefix", prefix)] if prefix else []
    has_host = address is not None and address.authority != ""
    if not client and not has_host:
        return lines
    pairs = [f"for={_node(client)}"]
    if client:
        lines.append(("x-forwarded-for", client))
    if address is not None and has_host:
        lines += [("x-forwarded-host", address.authority), ("x-forwarded-proto", address.scheme)]
        host = f'"{address.authority}"' if ":" in address.authority else address.authority
        pairs += [f"host={host}", f"proto={address.scheme}"]
    return [*lines, ("forwarded", ";".join(pairs))]


def _node(client: str) -> str:
    """Return a client in the form of a node (RFC 7239 section 6)."""
    return f'"[{client}]"' if ":" in client else client or "unknown"
