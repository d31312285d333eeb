"""What the service needs of origins: their responses, and the state of their circuits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from brine.domain.http.messages import Request, Response
    from brine.domain.routing.origin import OriginAddress
    from brine.ports.deadline import Deadline


class Origin(Protocol):
    """Origins over HTTP."""

    def fetch(self, origin: OriginAddress, request: Request, deadline: Deadline) -> Response:
        """Send `request` and read the whole response, its body as the origin coded it. Redirects are not followed.

        `request.target` goes into the request line byte for byte. Framing and Host are the adapter's own. The body is
        complete: all of its announced length, or up to the end of a connection that announced none. A request that
        cannot be written in HTTP/1.1 raises BadRequest, one that could not be sent OriginUnreachable; other failures
        raise the other classes of OriginError.
        """


type Claim = Literal["taken", "held", "closed"]
"""taken: who asked makes the probe. held: somebody else does, or the circuit is open. closed: there is no need."""


class CircuitStore(Protocol):
    """Until when the circuits of origins are open (domain.resilience.circuit). A method is one call, or StoreError.

    An origin without an entry has a closed circuit. Times are seconds since 1970.
    """

    def read(self, origin: OriginAddress, *, deadline: Deadline | None = None) -> float | None:
        """Until when the circuit is or was open. It is not consistent: what was written a moment ago may be missing."""

    def open(self, origin: OriginAddress, *, until: float, deadline: Deadline | None = None) -> None:
        """Open it until then, whatever was before, claims included."""

    def claim(
        self, origin: OriginAddress, *, owner: str, now: float, until: float, deadline: Deadline | None = None
    ) -> Claim:
        """Take the probe of a circuit whose time is over at `now`; atomic among all callers.

        It is open until then, to give the owner time. An owner whose first answer was lost finds its own claim.
        """

    def close(self, origin: OriginAddress, *, owner: str, deadline: Deadline | None = None) -> None:
        """Close it, unless it was opened, or claimed by somebody else, since this owner claimed it."""
