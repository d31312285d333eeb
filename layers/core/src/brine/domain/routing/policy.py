"""What a route may settle about caching where the RFCs leave a choice."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_VARIANTS = 256
NEW_KEYS_PER_MINUTE = 600

type ForwardHeaders = Literal["all"] | frozenset[str]

DEFAULT_FORWARD_HEADERS: Final = frozenset(
    {
        *("accept", "accept-charset", "accept-encoding", "accept-language", "authorization", "cache-control"),
        *("if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "range"),
        *("traceparent", "tracestate"),
    }
)
"""What a request that may be cached carries to the origin unless its route says more.

None of these picks the answer unseen: each is a matter of HTTP itself, of content negotiation (origins name those in
Vary), or of tracing. Cookies are not among them.
"""

type SetCookieRule = Literal["shared", "strip", "refuse", "keep"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One route's choices. Durations are seconds. The defaults add nothing to what the origin said.

    forward_headers: the request fields, in lower case, that reach the origin of a request that may be cached.
    freshness_lifetime: for a successful response with neither explicit freshness nor a directive against storing.
    negative_lifetimes: the same by status; without an entry, errors and temporary redirects get none.
    jitter: up to which part of itself a lifetime that the route gives is longer or shorter, by response and exchange.
    early_refresh: how readily a response is refreshed before such a lifetime is over: XFetch's beta, 1 is its optimum
    and 0 never.
    grace: how long past its freshness a response may be served stale on an error, where the origin says nothing.
    keep: how long past freshness and grace a response with a validator is kept to be validated.
    key_headers: request fields, in lower case, that select among stored responses beside those in Vary. None: those of
    content negotiation and `named_headers`, for responses that only the route makes fresh.
    set_cookie: what becomes of a response that sets a cookie. shared: it is stored only if the origin says that it
    may be shared (`public`, `s-maxage`, `CDN-Cache-Control`). strip: it is stored without the cookie. refuse: it is
    not stored. keep: Set-Cookie is a field like any other (RFC 9111 section 7.3).
    store_post: whether a POST response may be stored for later GETs (RFC 9110 section 9.3.3).
    request_directives: whether the Cache-Control of a request is obeyed; without it, clients cannot force a fetch.
    show_key: whether Cache-Status may name the cache key.
    tags: labels that each of the route's responses can be purged by, beside those that the origin gives it.
    max_variants: how many variants of a key are kept, at least 2. Beyond, and now and then before, a new one replaces
    another.
    new_keys_per_minute: of how many keys that nothing is stored under each process stores the responses in a minute;
    None for as many as there are.
    """

    forward_headers: ForwardHeaders = DEFAULT_FORWARD_HEADERS
    freshness_lifetime: float | None = None
    negative_lifetimes: Mapping[int, float] = field(default_factory=dict, hash=False)
    jitter: float = 0.0
    early_refresh: float = 0.0
    grace: float = 0.0
    keep: float = 86_400.0
    key_headers: frozenset[str] | None = None
    set_cookie: SetCookieRule = "shared"
    store_post: bool = False
    request_directives: bool = True
    show_key: bool = False
    tags: tuple[str, ...] = ()
    max_variants: int = MAX_VARIANTS
    new_keys_per_minute: int | None = NEW_KEYS_PER_MINUTE

    @property
    def named_headers(self) -> frozenset[str]:
        """The request fields that the route forwards beyond the standard ones: the origin may pick its answer by them.

        With "all" it is Cookie alone: the origin of such a route names in Vary whatever else it heeds.
        """
        if self.forward_headers == "all":
            return frozenset({"cookie"})
        return self.forward_headers - DEFAULT_FORWARD_HEADERS
