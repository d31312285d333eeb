"""Selecting fields: they decide which stored response a request may get (RFC 9111 section 4.1).

Requests are compared in the form that the origin gets (domain.routing.upstream), so a field that is not forwarded does
not select. Only a keyed hash of each value is stored: a value may be a password, and is never needed again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from brine.domain.http.canonical import parse_preferences
from brine.domain.http.field_syntax import TOKEN, split_list

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from brine.domain.caching.stored import StoredResponse
    from brine.domain.http.fields import Fields
    from brine.domain.http.messages import Request

type Digest = Callable[[str, str], bytes]
"""A function from the name and the value of a field to a keyed hash."""

VARY_STAR: Final = ("*",)
"""The field names of a response that no request selects (`Vary: *`)."""


def vary_names(fields: Fields) -> tuple[str, ...]:
    """Return the names in Vary, in lower case, sorted; VARY_STAR for "*" or an invalid name."""
    text = fields.get("vary")
    if text is None:
        return ()
    names = {member.lower() for member in split_list(text)}
    if "*" in names or not all(map(TOKEN.fullmatch, names)):
        return VARY_STAR
    return tuple(sorted(names))


def selecting_digests(names: Iterable[str], request: Request, digest: Digest) -> tuple[bytes | None, ...]:
    """Return the digests of the request's values of these fields; None for a field that it does not have."""
    values = ((name, request.fields.get(name)) for name in names)
    return tuple(None if value is None else digest(name, value) for name, value in values)


def selects(stored: StoredResponse, request: Request, digest: Digest) -> bool:
    """Return whether the request selects the stored response: their selecting fields are equal.

    An Accept-Language also selects a response in the one language that the client prefers.
    """
    if stored.vary == VARY_STAR:
        return False
    digests = selecting_digests(stored.vary, request, digest)
    return all(
        mine == made_for or (name == "accept-language" and _is_first_choice(stored, request))
        for name, mine, made_for in zip(stored.vary, digests, stored.selection.digests, strict=True)
    )


def _is_first_choice(stored: StoredResponse, request: Request) -> bool:
    """Return whether the stored response is in the one language that the request prefers.

    The origin has no response that this client would prefer (RFC 9110 section 12.5.4).
    """
    language = stored.fields.get("content-language")
    text = request.fields.get("accept-language")
    if language is None or text is None:
        return False
    wanted = parse_preferences(text)
    best = max((weight for _, weight in wanted), default=0.0)
    return best > 0 and [range_ for range_, weight in wanted if weight == best] == [language.strip(" \t").lower()]
