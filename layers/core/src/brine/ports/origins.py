"""The protocols of origins: their responses, and the state of their circuits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from brine.domain.http.messages import Request, Response
    from brine.domain.routing.origin import OriginAddress
    from brine.ports.deadline import Deadline


class Origin(Protocol):
    """Origins over HTTP."""

    def fetch(self, origin: OriginAddress, request: Request, deadline: Deadline) -> Response:
        """Send `request` and return the complete response, its body as the origin coded it. Follows no redirects.

        `request.target` goes into the request line byte for byte. The adapter writes the framing fields. It writes Host
        with the authority of the origin, unless the request has a Host. A body is complete if it has its announced
        length, or, without one, at the end of the connection.
        Raises BadRequest for a request that HTTP/1.1 cannot express, OriginUnreachable for a request that could not be
        sent, and the other classes of OriginError for other failures.
        """


type Claim = Literal["taken", "held", "closed"]
"""taken: the caller makes the probe. held: another owner does, or the circuit is open. closed: no probe is needed."""


class CircuitStore(Protocol):
    """The times until which circuits are open (domain.resilience.circuit). Each method is one call, or StoreError.

    An origin without an entry has a closed circuit. Times are in seconds since 1970.
    """

    def read(self, origin: OriginAddress, *, deadline: Deadline | None = None) -> float | None:
        """Return until when the circuit is or was open, or None. Not consistent: a recent write may be missing."""

    def open(self, origin: OriginAddress, *, until: float, deadline: Deadline | None = None) -> None:
        """Open the circuit until `until`, and drop any claim."""

    def claim(
        self, origin: OriginAddress, *, owner: str, now: float, until: float, deadline: Deadline | None = None
    ) -> Claim:
        """Claim the probe of a circuit that is past its open time at `now`. Atomic among all callers.

        The circuit then stays open until `until`, so that the owner has time for the probe. If the first answer was
        lost, a repeated call of the same owner finds its own claim.
        """

    def close(self, origin: OriginAddress, *, owner: str, deadline: Deadline | None = None) -> None:
        """Close the circuit, unless it was opened, or claimed by another owner, since this owner's claim."""
