"""The address at which clients reach the gateway, and the facts that the front door of AWS tells about one request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

# A registered name or an IPv4 address, or an IPv6 address in brackets, and a port (RFC 9110 section 7.2).
_AUTHORITY = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*)|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")


class PublicAddress(NamedTuple):
    """The address of the gateway: `scheme://authority`, and `base`, the path in front of the prefixes of its routes.

    The authority is "" if it is unknown. The base has no "/" at its end.
    """

    scheme: str
    authority: str
    base: str = ""


class FrontDoor(NamedTuple):
    """The address that a client used, and the network address of the client; each is "" if it is unknown."""

    address: PublicAddress
    client: str = ""


type FrontDoorReader = Callable[[bool], FrontDoor]
"""Returns the front door of a request. The argument: whether to believe the client's own X-Forwarded-Host."""

UNKNOWN: Final = FrontDoor(PublicAddress("https", ""))


def unknown_front_door(_trusted: bool) -> FrontDoor:
    """Return the front door of a request that no client sent, such as a refresh."""
    return UNKNOWN


def valid_authority(text: str) -> str:
    """Return a host with an optional port if it is valid, or ""."""
    return text if _AUTHORITY.fullmatch(text) else ""
