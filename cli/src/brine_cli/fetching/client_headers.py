"""The headers of the requests that `brine get` sends and `brine explain` explains, as curl sends them."""

from __future__ import annotations


def client_headers(*, has_body: bool) -> tuple[tuple[str, str], ...]:
    """Return the headers that count for the cache, for a request whose user gave none of them."""
    accept = ("Accept", "*/*")
    return (accept, ("Content-Type", "application/json")) if has_body else (accept,)
