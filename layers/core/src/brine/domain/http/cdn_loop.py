"""Detection of requests that loop back to the gateway that forwarded them (RFC 8586, RFC 9110 section 7.6.3)."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from brine.domain.http.fields import Fields

PSEUDONYM: Final = "brine"
"""The CDN-Loop name of a gateway that has no name of its own."""

LONGEST: Final = 1024
"""The most characters of CDN-Loop that the gateway forwards. A name takes about 20."""

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_COMMENT = re.compile(r"\([^()]*\)")
_CDN_ID = re.compile(r"[\w!#$%&'*+.^`|~:\[\]-]+", re.ASCII)  # a token, or a host with a port
_PSEUDONYM = re.compile(rf"{PSEUDONYM}-[0-9a-f]{{12}}")


def pseudonym(*deployment: str) -> str:
    """Return the name of one deployment in CDN-Loop and Via: a digest of values that no other deployment has.

    The name does not reveal these values.
    """
    return f"{PSEUDONYM}-{sha256('\0'.join(deployment).encode()).hexdigest()[:12]}"


def cdn_ids(lines: Iterable[str]) -> tuple[str, ...]:
    """Return the ids in lines of CDN-Loop, in order (RFC 8586 section 2).

    Leaves out the parameters, and members that begin with no id.
    """
    members = [member for line in lines for member in _QUOTED.sub("", line).split(",")]
    ids = (member.partition(";")[0].strip(" \t") for member in members)
    return tuple(cdn_id for cdn_id in ids if _CDN_ID.fullmatch(cdn_id))


def gateways_in(lines: Iterable[str]) -> tuple[str, ...]:
    """Return the names of gateways of this project in lines of CDN-Loop, in order.

    A client can choose no text in them but the digits, so they may reach the origin of a response that is stored.
    """
    return tuple(cdn_id for cdn_id in cdn_ids(lines) if _PSEUDONYM.fullmatch(cdn_id))


def loop_in(fields: Fields, name: str) -> str | None:
    """Return how the fields of a request show a loop, or None.

    name: the gateway's own in CDN-Loop and Via.
    """
    if (lines := fields.all("cdn-loop")) and sum(map(len, lines)) > LONGEST:
        return f"its CDN-Loop has more than {LONGEST} characters"
    if lines and any(cdn_id.lower() == name for cdn_id in cdn_ids(lines)):
        return "its CDN-Loop names this gateway"
    if (lines := fields.all("via")) and name in _receivers(lines):
        return "its Via names this gateway"
    return None


def _receivers(lines: Iterable[str]) -> set[str]:
    """Return the received-by of each member of Via: its second word, after the protocol."""
    members = (member.split() for line in lines for member in _COMMENT.sub("", line).split(","))
    return {words[1].lower() for words in members if len(words) > 1}
