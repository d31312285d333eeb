"""The protocols of origins: their responses, and the state of their circuits and budgets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from brine.domain.http.messages import Request, Response
    from brine.domain.resilience.budget_ledger import Ledger, Take
    from brine.domain.resilience.circuit import Opening
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
"""taken: the caller makes a probe. held: no more probes now, or the circuit is open. closed: no probe is needed."""


class CircuitStore(Protocol):
    """The circuits of origins that are not closed (domain.resilience.circuit). Raises StoreError.

    An origin without an entry has a closed circuit. A circuit that is past its open time is half open, and has stages
    of PROBES. Times are in seconds since 1970.
    """

    def read(self, origin: OriginAddress, *, deadline: Deadline | None = None) -> float | None:
        """Return until when the circuit is or was open, or None. Not consistent: a recent write may be missing."""

    def open(self, origin: OriginAddress, *, until: float, opening: Opening, deadline: Deadline | None = None) -> None:
        """Open the circuit until `until`, drop all claims, and begin with the first stage after that.

        opening: kept for operators alone.
        """

    def claim(
        self, origin: OriginAddress, *, owner: str, now: float, until: float, deadline: Deadline | None = None
    ) -> Claim:
        """Claim a probe of a circuit that is half open at `now`. Atomic among all callers: no stage has too many.

        The probe must end before `until`. If all claims of a stage are taken and the time of the newest one is over,
        the stage begins anew. If the first answer was lost, a repeated call of the same owner finds its own claim.
        """

    def succeed(self, origin: OriginAddress, *, owner: str, deadline: Deadline | None = None) -> bool:
        """Note the success of a claimed probe. Return whether the circuit is closed: it was the last one.

        The last probe of a stage begins the next stage. Without a claim of the owner, this has no effect.
        """

    def give_back(self, origin: OriginAddress, *, owner: str, deadline: Deadline | None = None) -> None:
        """Give a claim back, so that another caller may make the probe."""


type LedgerTime = Literal["paused_until", "refresh_wanted"]
"""A time in a Ledger that only grows."""


class BudgetStore(Protocol):
    """The ledgers of budgets (domain.resilience.budget_ledger). Each method is one call, or StoreError.

    `key` names a budget, and is of any length. A budget without an entry has an empty ledger. Times are in seconds
    since 1970.
    """

    def take(self, key: str, take: Take, *, deadline: Deadline | None = None) -> tuple[bool, Ledger]:
        """Make a reservation if its conditions hold. Atomic among all callers.

        Return whether it is made, and the ledger after it, or the ledger that does not permit it.
        """

    def ledger(self, key: str, *, deadline: Deadline | None = None) -> Ledger | None:
        """Return the ledger of a budget; None if it has no entry."""

    def raise_time(
        self, key: str, name: LedgerTime, time: float, *, evict_at: int, deadline: Deadline | None = None
    ) -> None:
        """Set this time of the ledger, unless it is later already. The ledger is kept until `evict_at`."""

    def cap(self, key: str, *, total: int, until: float, evict_at: int, deadline: Deadline | None = None) -> None:
        """Let the total of requests stay at most `total` until `until`. The last call is valid."""
