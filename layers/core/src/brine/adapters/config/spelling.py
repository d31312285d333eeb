"""Suggests the right word for a mistaken one. It is imported only for a mistake."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

_LEAST_LIKENESS: Final = 0.7
_ELSEWHERE: Final = {
    **dict.fromkeys(("ttl", "maxage", "cachettl", "defaultttl", "lifetime", "fresh", "expires"), "freshness_lifetime"),
    **dict.fromkeys(("stalewhilerevalidate", "staleiferror", "swr", "stalettl"), "grace"),
    **dict.fromkeys(("url", "upstream", "target", "backend", "proxypass", "uri", "host", "baseurl"), "origin"),
    **dict.fromkeys(("path", "location", "pathprefix", "basepath"), "prefix"),
    **dict.fromkeys(("vary", "varyheaders", "cachekeyheaders"), "key_headers"),
    **dict.fromkeys(("headers", "passheaders", "allowheaders"), "forward_headers"),
    **dict.fromkeys(("surrogatekeys", "cachetags", "labels"), "tags"),
    **dict.fromkeys(("cookies", "cookie", "setcookies"), "set_cookie"),
    **dict.fromkeys(("negativettl", "errorttl", "statusttl"), "negative_lifetimes"),
    **dict.fromkeys(("ratelimit", "rate", "throttle", "budget"), "origin_budget"),
    **dict.fromkeys(("auth", "authentication", "authorization"), "origin_auth"),
    **dict.fromkeys(("gzip", "compression"), "compress"),
    **dict.fromkeys(("retry", "maxretries"), "retries"),
    **dict.fromkeys(("breaker", "circuit"), "circuit_breaker"),
    **dict.fromkeys(("include", "allow", "only"), "keep"),
    **dict.fromkeys(("exclude", "ignore", "remove"), "drop"),
    "id": "name",
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "None",
    "decimal": "Decimal",
    "uuid": "UUID",
}
"""Words that other programs use for the same thing, without their case and separators."""


def nearest(word: object, known: Collection[str]) -> str | None:
    """Return the known word that `word` probably means, or None."""
    if not isinstance(word, str):
        return None
    bare = _bare(word)
    for one in known:
        if _bare(one) == bare:
            return one
    if (meant := _ELSEWHERE.get(bare)) in known:
        return meant
    close = get_close_matches(word, known, n=1, cutoff=_LEAST_LIKENESS)
    return close[0] if close else None


def did_you_mean(word: object, known: Collection[str]) -> str:
    """Return the question with the nearest known word, with a blank in front, or "" if no word is near."""
    meant = nearest(word, known)
    return "" if meant is None or meant == word else f' Did you mean "{meant}"?'


def unknown_key(key: str, known: Collection[str]) -> str:
    """Return the message for a key that a table does not have."""
    hint = did_you_mean(key, known) or f" Known keys: {', '.join(sorted(known))}."
    return f'unknown key "{key}".{hint}'


def _bare(word: str) -> str:
    return word.replace("_", "").replace("-", "").lower()
