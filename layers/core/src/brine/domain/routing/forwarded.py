"""The fields by which an origin learns how clients reach the gateway (RFC 7239).

The gateway makes them. A request whose response may be stored gets only those that are the same for every request of
the route, because its response may answer any client. Other requests also get the address of their client.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from brine.domain.http.fields import Fields
from brine_codec import __version__

if TYPE_CHECKING:
    from brine.domain.http.fields import FieldLine
    from brine.domain.routing.front_door import FrontDoor, PublicAddress
    from brine.domain.routing.route import Route

USER_AGENT: Final = ("user-agent", f"brine/{__version__}")
"""The User-Agent of a request that has none of the client (RFC 9110 section 10.1.5)."""


def is_forwarded_field(name: str) -> bool:
    """Return whether a field, in lower case, says how a client reached a proxy."""
    return name.startswith("x-forwarded-") or name in {"forwarded", "x-real-ip"}


def without_forwarded_fields(fields: Fields) -> Fields:
    """Return the fields without those by which a client could claim another address."""
    kept = [line for line in fields.lines if not is_forwarded_field(line[0])]
    return fields if len(kept) == len(fields.lines) else Fields.from_lowercase(kept)


def gateway_lines(fields: Fields, route: Route, front_door: FrontDoor | None) -> list[FieldLine]:
    """Return the lines that the gateway adds to the fields of a request to the origin of a route.

    The client's X-Forwarded fields are here only on a route that trusts them, and then they stay. Forwarded is a list
    of proxies, to which the gateway adds itself.
    front_door: where the request arrived; None if its response may be stored.
    """
    if route.origin.scheme == "function":
        return []
    names = {name for name, _ in fields.lines}
    lines = [] if "user-agent" in names else [USER_AGENT]
    if route.internal:
        return lines
    client = "" if front_door is None else front_door.client
    address = route.public_url or (None if front_door is None else front_door.address)
    prefix = ("" if address is None else address.base) + ("" if route.prefix == "/" else route.prefix)
    made = [("x-forwarded-prefix", prefix)] if prefix else []
    if address is not None:
        made += _address_lines(address, client)
    lines += [line for line in made if line[0] not in names or line[0] == "forwarded"]
    if route.preserve_host and route.public_url is not None:
        lines.append(("host", route.public_url.authority))
    return lines


def _address_lines(address: PublicAddress, client: str) -> list[FieldLine]:
    """Return the lines with the address that the client used, and with its own. Each of both may be unknown."""
    lines, pairs = [], [f"for={_node(client)}"]
    if client:
        lines.append(("x-forwarded-for", client))
    if address.authority:
        lines += [("x-forwarded-host", address.authority), ("x-forwarded-proto", address.scheme)]
        host = f'"{address.authority}"' if ":" in address.authority else address.authority
        pairs += [f"host={host}", f"proto={address.scheme}"]
    return [*lines, ("forwarded", ";".join(pairs))] if lines else []


def _node(client: str) -> str:
    """Return a client in the form of a node (RFC 7239 section 6)."""
    return f'"[{client}]"' if ":" in client else client or "unknown"
