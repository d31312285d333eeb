"""Requests that come back to the gateway that forwarded them (RFC 8586)."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from brine.domain.http.fields import Fields

PSEUDONYM: Final = "brine"
"""How a gateway names itself in CDN-Loop that is not told from others."""


def pseudonym(*deployment: str) -> str:
    """Return the name of one deployment in CDN-Loop, made of what no other has. It tells nothing of that."""
    return f"{PSEUDONYM}-{sha256('\0'.join(deployment).encode()).hexdigest()[:12]}"


def has_passed(fields: Fields, name: str) -> bool:
    """Return whether CDN-Loop of a request says that it went through the gateway of this name (section 2)."""
    members = (member for line in fields.all("cdn-loop") for member in line.split(","))
    return any(member.partition(";")[0].strip(" \t").lower() == name for member in members)
