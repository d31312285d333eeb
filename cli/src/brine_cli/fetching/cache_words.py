"""Cache-Status in words: the part of each cache in an answer (RFC 9211)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from brine.domain.http.structured import NotStructured, parse_items
from brine_cli.desk.amounts import duration_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FORWARDED: Final = {
    "uri-miss": "had nothing that it may use for this URL",
    "vary-miss": "had a response for this URL, but for other values of the headers in its Vary",
    "miss": "had no response for this request",
    "stale": "had a response that is no longer fresh",
    "request": "was told by the request not to use what it has (Cache-Control, Pragma or a condition)",
    "partial": "had only a part of the response",
    "method": "never answers this method from its store",
    "bypass": "was not to be asked for such a request",
}
"""Why a cache forwarded a request (RFC 9211 section 2.2), after the name of the cache."""
_DETAILS: Final = {
    "no-freshness": "neither the origin nor the route says how long it is fresh",
    "slow-origin": "the origin took longer than the lifetime that it gave",
    "no-store": "the origin forbids it with no-store",
    "private": "the origin says that it is private",
    "hook": "a hook does not permit it",
    "set-cookie": "it sets a cookie",
    "authorization": "the request has Authorization, and the origin does not say that all users may get it",
    "must-understand": "the origin says must-understand, and the status is unknown",
    "vary": "the origin says Vary: *",
    "status": "responses with this status fit one request only",
    "length": "its Content-Length is wrong",
    "partial": "the origin sent a wrong part",
    "tags": "its tags are too many, too long or unreadable",
    "graphql-errors": "it has GraphQL errors",
    "other-etag": "the origin confirmed it with another ETag",
    "request-no-store": "the request forbids it with no-store",
    "request-fields": "the request has conditions or a range",
    "query-mutation": "the query may change something",
    "query-not-json": "the content of the query is no readable JSON",
    "query-sealed": "the content of the query is sealed",
    "query-size": "the content of the query is too large",
    "new-keys-capped": "the route has stored as many new URLs in this minute as it may",
    "variants-capped": "the URL has as many variants as the route keeps",
}
"""Why a response was not stored. docs/troubleshoot-a-miss.md has the cures."""


def cache_members(lines: Sequence[str]) -> list[dict[str, Any]] | None:
    """Return the members of Cache-Status lines: each cache with its parameters, the one next to the origin first.

    None if a line is not a list of the RFC.
    """
    try:
        return [{"cache": str(name), **parameters} for name, parameters in parse_items(*lines)]
    except NotStructured:
        return None


def in_words(member: Mapping[str, Any]) -> str:
    """Return the actions of one cache, in a few sentences."""
    name, forwarded, hit = member["cache"], member.get("fwd"), member.get("hit")
    if hit:
        return _hit(member)
    if forwarded is None:
        return _neither(member)
    reason = _FORWARDED.get(str(forwarded), f"forwarded the request ({forwarded})")
    status = member.get("fwd-status")
    if member.get("collapsed"):
        return f"{name} {reason}. It shared the response to the same request of another client.{_left(member)}"
    asked = "It asked the origin" if status is None else f"It asked the origin, which answered {status}"
    return f"{name} {reason}. {asked}. {_stored(member)}"


def _hit(member: Mapping[str, Any]) -> str:
    ttl = member.get("ttl")
    if isinstance(ttl, int) and ttl < 0:
        return f"{member['cache']} served a stored response that has been stale for {duration_text(-ttl)}."
    left = "" if not isinstance(ttl, int) else f". It stays fresh for {duration_text(ttl)}"
    return f"{member['cache']} had the response stored, and did not ask the origin{left}."


def _stored(member: Mapping[str, Any]) -> str:
    detail = member.get("detail")
    if member.get("stored"):
        told = "" if detail is None else f" Something else failed: {detail}."
        return f"It stored the response.{_left(member)}{told}"
    if detail is None:
        return "It did not store the response."
    status, reason = member.get("fwd-status"), _DETAILS.get(str(detail))
    if detail == "no-freshness" and isinstance(status, int) and status >= 400:
        reason = f"neither the origin nor the negative_lifetimes of the route say how long a {status} is fresh"
    return (
        f"It did not store the response: {detail}."
        if reason is None
        else f"It did not store the response: {reason} ({detail})."
    )


def _left(member: Mapping[str, Any]) -> str:
    ttl = member.get("ttl")
    if not isinstance(ttl, int):
        return ""
    return f" It is fresh for {duration_text(ttl)}." if ttl > 0 else " It is not fresh: each use asks the origin."


def _neither(member: Mapping[str, Any]) -> str:
    detail = member.get("detail")
    reason = "" if detail is None else f": {detail}"
    return f"{member['cache']} answered itself, without its store and without the origin{reason}."
