"""What the cache keeps of a response (RFC 9111 sections 2 and 3)."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from brine.domain.http.messages import Response

if TYPE_CHECKING:
    from brine.domain.http.fields import Fields
    from brine.domain.purging.stamps import AppliedStamps


@dataclass(frozen=True, slots=True)
class BodyReference:
    """Where a large body lies: its SHA-256, which is its address in the body store, and its length in bytes."""

    digest: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Selection:
    """What a stored response was made for: digests of the request fields that its `vary` names, in that order.

    `key_id` is that of the key that they were made with. None stands for a field that the request did not have.
    """

    key_id: int = 0
    digests: tuple[bytes | None, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredResponse:
    """A response as it was received, less hop-by-hop fields, with what RFC 9111 needs to reuse it.

    Times are seconds since 1970, as floats. `request_time` and `response_time` are those of the exchange that
    stored or last freshened it (RFC 9111 section 4.2.3); `fetch_started` is when the fetch that brought the body
    began, which is what a purge is compared with. `vary` names the request fields that select, and `selection` has
    digests of their values. `generation` is the fencing token of its fill.
    `applied_stamps`: purges that were known before the fetch though their times are later. `stale_from`: the soft purge
    that ended its freshness, as the lookup found it; it is not stored.
    """

    method: str
    target: str
    route: str
    status: int
    fields: Fields
    body: bytes | BodyReference
    request_time: float
    response_time: float
    fetch_started: float
    vary: tuple[str, ...] = ()
    selection: Selection = Selection()
    tags: tuple[str, ...] = ()
    generation: int = 0
    applied_stamps: AppliedStamps = ()
    stale_from: float = inf

    @property
    def began(self) -> float:
        """When the fetch of the body began."""
        return self.fetch_started

    @property
    def confirmed(self) -> float:
        """When the exchange began that fetched it, or last confirmed it."""
        return self.request_time

    @property
    def size(self) -> int:
        """The length of the body in bytes, wherever the body is."""
        return self.body.size if isinstance(self.body, BodyReference) else len(self.body)

    @property
    def response(self) -> Response:
        """The response itself, once its body is at hand."""
        if isinstance(self.body, BodyReference):
            raise TypeError("the body is in the body store: load it first")
        return Response(status=self.status, fields=self.fields, body=self.body)
