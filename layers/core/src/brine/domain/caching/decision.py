"""What the gateway may do with a request, as values: `decide` picks one, the service carries it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.http.fields import Fields

type ForwardReason = Literal["bypass", "method", "uri-miss", "vary-miss", "miss", "request", "stale", "partial"]
"""Why a request goes to the origin (RFC 9211 section 2.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Serve:
    """Answer from the stored response; it is fresh, or the request accepts it stale. Seconds, rounded down."""

    stored: StoredResponse
    age: int
    remaining_freshness: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeStale:
    """Answer from the stale stored response at once and have it refreshed (RFC 5861 section 3)."""

    stored: StoredResponse
    age: int
    remaining_freshness: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Validate:
    """Ask the origin whether the stored response still holds; `fields` are the request's, made conditional."""

    stored: StoredResponse
    fields: Fields
    reason: ForwardReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward:
    """Send the request to the origin. `stored` is what was at hand but could not be used, kept for stale-if-error."""

    fields: Fields
    reason: ForwardReason
    stored: StoredResponse | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """Answer with an error: only what is stored was wanted, and nothing usable is (RFC 9111 section 5.2.1.7)."""

    status: Literal[504]
    detail: str


type Decision = Serve | ServeStale | Validate | Forward | Refuse


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """What to do with the origin's response.

    `reuse` names a stored response to answer from (just freshened, or, when `stale`, instead of an error); without it
    the origin's own response goes on to the client.
    `keep`: store this, under its own Vary key. `drop`: what is stored for this request is no longer good.
    `refusal`: when nothing is kept, why (shown as Cache-Status detail). `invalidate`: request targets of the same
    origin whose stored responses an unsafe request made invalid (RFC 9111 section 4.4). They are carried out in the
    order `invalidate`, `drop`, `keep`.
    `retry`: the origin's response answers a question of ours and cannot answer the client's; ask this instead.
    """

    reuse: StoredResponse | None = None
    stale: bool = False
    keep: StoredResponse | None = None
    drop: bool = False
    refusal: str | None = None
    invalidate: tuple[str, ...] = ()
    retry: Forward | None = None
