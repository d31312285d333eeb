"""The decisions about a request and about the origin's response, as values that the service executes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.http.fields import Fields

type ForwardReason = Literal["bypass", "method", "uri-miss", "vary-miss", "miss", "request", "stale", "partial"]
"""The reason why a request goes to the origin (RFC 9211 section 2.2)."""


type StorageRefusal = Literal[
    "authorization",
    "graphql-errors",
    "hook",
    "length",
    "must-understand",
    "no-freshness",
    "no-store",
    "other-etag",
    "partial",
    "private",
    "query-mutation",
    "query-not-json",
    "query-sealed",
    "query-size",
    "request-fields",
    "request-no-store",
    "set-cookie",
    "slow-origin",
    "status",
    "tags",
    "vary",
]
"""Why a response is not stored, as the `detail` of Cache-Status (RFC 9111 section 3).

- `authorization`: the request has credentials, and the response does not say that it is for all users (3.5).
- `graphql-errors`: a GraphQL origin reports errors with a status of success, and gives no lifetime.
- `query-mutation`: a POST may be a GraphQL mutation or subscription. `query-not-json`: a POST is not readable as JSON.
- `query-sealed`, `query-size`: the content of a query is sealed, so it differs each time, or is too large for a key.
- `hook`: a before_store hook does not permit it.
- `request-fields`: the client's own fields may have caused the response, and no key includes them.
- `request-no-store`, `no-store`, `private`, `must-understand`: a directive of this name forbids it.
- `set-cookie`: it sets a cookie. `vary`: it has `Vary: *`. `status`: its status is for this request only.
- `length`: Content-Length is not the length of the body. `partial`: it is a part that cannot be combined.
- `other-etag`: a 304 names another ETag than the stored response.
- `no-freshness`: it is not fresh, and may be neither validated nor served stale. `slow-origin`: the same, but only
  because the origin took longer than the lifetime and the windows that it gave.
- `tags`: its tags are too many or too long.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Serve:
    """Answer from the stored response, which is fresh or accepted stale. Seconds are rounded down."""

    stored: StoredResponse
    age: int
    remaining_freshness: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeStale:
    """Answer from the stale stored response at once, and refresh it in the background (RFC 5861 section 3)."""

    stored: StoredResponse
    age: int
    remaining_freshness: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Validate:
    """Validate the stored response with the origin. `fields`: the request's fields with the conditions."""

    stored: StoredResponse
    fields: Fields
    reason: ForwardReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward:
    """Send the request to the origin. `stored`: an unusable stored response, kept for stale-if-error."""

    fields: Fields
    reason: ForwardReason
    stored: StoredResponse | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """Answer with an error: the client accepts only a stored response, and none is usable (RFC 9111 5.2.1.7)."""

    status: Literal[504]
    detail: str


type Decision = Serve | ServeStale | Validate | Forward | Refuse


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseDecision:
    """How to handle the origin's response.

    `reuse`: the stored response to answer from. It was freshened, or, if `stale` is set, it replaces an error. Without
    it, the gateway relays the origin's response. `keep`: the response to store, under its own Vary key. `drop`: whether
    the stored response for this request is no longer valid. `refusal`: if no response is stored, the reason (a
    Cache-Status detail). `invalidate`: request targets of the same origin that an unsafe request invalidates (RFC 9111
    section 4.4). The gateway executes `invalidate`, `drop` and `keep` in this order. `retry`: the next request to send,
    because the response answers only the gateway's own conditional or range request. `unlimited`: a success that is
    not stored only because nothing says how long it is fresh. A function may make a stored response of it.
    """

    reuse: StoredResponse | None = None
    stale: bool = False
    keep: StoredResponse | None = None
    drop: bool = False
    refusal: StorageRefusal | None = None
    invalidate: tuple[str, ...] = ()
    retry: Forward | None = None
    unlimited: StoredResponse | None = None
