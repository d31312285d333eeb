"""The caching settings of a route, where the RFCs leave a choice."""

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
"""The fields of a cacheable request that reach the origin by default.

An origin that selects its response by one of them says so: they belong to HTTP itself, to content negotiation (origins
name those in Vary), or to tracing. Cookies are not among them.
"""

type SetCookieRule = Literal["shared", "strip", "refuse", "keep"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Caching settings of one route. Durations are seconds. The defaults add no rule to those of the origin.

    forward_headers: the request fields, in lower case, that reach the origin of a cacheable request.
    freshness_lifetime: for a successful response with neither explicit freshness nor a directive against storing.
    negative_lifetimes: lifetimes by status; without an entry, errors and temporary redirects get none.
    jitter: the largest fraction by which the route's lifetime is longer or shorter, by response and exchange.
    early_refresh: how readily a response is refreshed before such a lifetime ends: XFetch's beta. 1 is the optimum, 0
    is never.
    grace: how long a stale response may be served on an error, if the origin does not say.
    refreshes_in_grace: whether the grace also permits to serve a stale response while it is refreshed.
    keep: how long, after freshness and grace, a response with a validator is kept for validation.
    key_headers: request fields, in lower case, that select among stored responses in addition to Vary. None: for
    responses that only the route makes fresh, those of content negotiation and `named_headers`.
    set_cookie: how a response with Set-Cookie is handled. With "shared", it is stored only if the origin says that it
    may be shared (`public`, `s-maxage`, `CDN-Cache-Control`). With "strip", it is stored without the cookie. With
    "refuse", it is not stored. With "keep", Set-Cookie is a field like any other (RFC 9111 section 7.3).
    store_post: whether a POST response may be stored for later GETs (RFC 9110 section 9.3.3).
    request_directives: whether the Cache-Control of a request is obeyed; otherwise clients cannot force a fetch.
    client_lifetime: how long clients may keep a function's response without asking; None for as long as it is fresh.
    show_key: whether Cache-Status may contain the cache key.
    show_parts: whether Cache-Status has a member for each part that a function fetched for the answer.
    tags: tags of each of the route's responses, in addition to the origin's.
    max_variants: how many variants of a key are kept, at least 2. Of the new variants beyond that limit, one in
    eight replaces another, and the rest are not stored.
    new_keys_per_minute: for how many new keys in a minute each process stores responses; None for no limit.
    """

    forward_headers: ForwardHeaders = DEFAULT_FORWARD_HEADERS
    freshness_lifetime: float | None = None
    negative_lifetimes: Mapping[int, float] = field(default_factory=dict, hash=False)
    jitter: float = 0.0
    early_refresh: float = 0.0
    grace: float = 0.0
    refreshes_in_grace: bool = False
    keep: float = 86_400.0
    key_headers: frozenset[str] | None = None
    set_cookie: SetCookieRule = "shared"
    store_post: bool = False
    request_directives: bool = True
    client_lifetime: float | None = None
    show_key: bool = False
    show_parts: bool = False
    tags: tuple[str, ...] = ()
    max_variants: int = MAX_VARIANTS
    new_keys_per_minute: int | None = NEW_KEYS_PER_MINUTE

    @property
    def named_headers(self) -> frozenset[str]:
        """The request fields that the route forwards beyond the standard ones: the origin may select by them.

        With "all", only Cookie: the origin of such a route names in Vary every other field that it uses.
        """
        if self.forward_headers == "all":
            return frozenset({"cookie"})
        return self.forward_headers - DEFAULT_FORWARD_HEADERS

    @property
    def fields_against_heuristics(self) -> frozenset[str]:
        """The request fields that rule out heuristic freshness: `named_headers`, and Cookie if `key_headers` has it.

        The origin may use such a field to look up a user's data, which change without a change of Last-Modified.
        """
        return self.named_headers | ({"cookie"} & (self.key_headers or frozenset()))
