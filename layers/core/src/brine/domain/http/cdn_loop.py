"""Detection of requests that loop back to the gateway that forwarded them (RFC 8586)."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from brine.domain.http.fields import Fields

PSEUDONYM: Final = "brine"
"""The CDN-Loop name of a gateway that has no name of its own."""


def pseudonym(*deployment: str) -> str:
    """Return the CDN-Loop name of one deployment: a digest of values that no other deployment has.

    The name does not reveal these values.
    """
    return f"{PSEUDONYM}-{sha256('\0'.join(deployment).encode()).hexdigest()[:12]}"


def is_loop(fields: Fields, name: str) -> bool:
    """Return whether CDN-Loop shows that the request already passed the gateway of this name (section 2)."""
    members = [member for line in fields.all("cdn-loop") for member in line.split(",")]
    return name in {member.partition(";")[0].strip(" \t").lower() for member in members}
