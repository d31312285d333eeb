"""Makers of UUIDs and of internet addresses."""

from __future__ import annotations

import ipaddress
import uuid

from brine_codec.errors import Undecodable
from brine_codec.standard.entry import entry

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from brine_codec.limits import Limits
    from brine_codec.standard.entry import StandardEntry

LONGEST_ADDRESS = 128  # an IPv6 address with a scope id and a prefix length


def makers(limits: Limits) -> Iterator[StandardEntry]:  # noqa: ARG001 - no value can grow
    """Yield the makers of UUID and of the six classes of `ipaddress`."""
    yield entry(uuid.UUID, lambda value: (value.bytes,), _uuid, steps=15)
    for cls in (
        ipaddress.IPv4Address,
        ipaddress.IPv6Address,
        ipaddress.IPv4Network,
        ipaddress.IPv6Network,
        ipaddress.IPv4Interface,
        ipaddress.IPv6Interface,
    ):
        yield entry(cls, lambda value: (str(value),), _address(cls), memory=1_000, steps=150, comparisons=20)


def _uuid(value: object) -> uuid.UUID:
    if type(value) is not bytes:
        raise Undecodable("a UUID is not bytes")
    return uuid.UUID(bytes=value)


def _address[T](cls: Callable[[str], T]) -> Callable[[object], T]:
    def make(text: object) -> T:
        if type(text) is not str or len(text) > LONGEST_ADDRESS:
            raise Undecodable("an address is not a short text")
        return cls(text)

    return make
