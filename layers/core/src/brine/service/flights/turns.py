"""The turn of a caller in the single flight of a key, and how a turn ends for the callers that wait for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brine.ports.caching import Ending, Lease
    from brine.service.diagnostics import Faults
    from brine.service.flights.renewals import RenewedLease


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a fetch or a computation failed. `kind`: the name of a problem, or of the class of an exception.

    `error`: the exception of a computation, for callers in the same process. `retry_at`: until when the origin gets no
    request, in seconds since 1970; 0 if nothing forbids one. `cause`: that of an OriginError, for the log.
    """

    kind: str
    error: Exception | None = None
    retry_at: float = 0.0
    cause: str | None = None

    @classmethod
    def of_lease(cls, text: str) -> Failure:
        """Return the failure that a lease tells of in this text, which is that of `for_lease`."""
        kind, retry_at, cause = (*text.split("\n", 2), "", "")[:3]
        return cls(kind, retry_at=float(retry_at or 0), cause=cause or None)

    def for_lease(self) -> str:
        """Return the text for callers in other environments: lines with the kind, `retry_at` and the cause."""
        retry_at = f"{self.retry_at:.3f}" if self.retry_at else ""
        return f"{self.kind}\n{retry_at}\n{self.cause or ''}".rstrip("\n")


@dataclass(slots=True)
class Lead:
    """The caller fetches, and may store under `lease`.

    `lease` is None once it is used or given back, and from the beginning when none could be had. `waited`: the caller
    waited for a fetch without an outcome, so a purge may have come since its lookup. `renewal`: the lease in the hands
    of the renewing thread. `ending`, `failure`: how the fetch ended, for the callers that wait.
    """

    lease: Lease | None
    waited: bool = False
    renewal: RenewedLease | None = None
    ending: Ending = "abandoned"
    failure: Failure | None = None

    def must_look_up(self, generation: int) -> bool:
        """Return whether the caller must look up again, after a lookup that has seen the fill `generation`."""
        return self.waited or (self.lease is not None and self.lease.committed > generation)

    def stop_renewing(self, faults: Faults) -> None:
        """Renew the lease no more, and record the errors of renewals. A renewal under way is over when this returns."""
        renewal, self.renewal = self.renewal, None
        if renewal is not None:
            renewal.stop()
            for error in renewal.errors:
                faults.store_failed("table", error)


@dataclass(frozen=True, slots=True)
class Follow:
    """Another caller fetches or fetched. Look up again.

    `waited`: whether the caller waited, perhaps in vain; if not, it has a stale response to serve. `remote`: another
    environment fetched, so its response is in the table only.
    """

    waited: bool = True
    remote: bool = False


@dataclass(frozen=True, slots=True)
class Alone:
    """The caller fetches, and may not store: the response that it waited for does not serve it."""


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The caller waited in vain, and does not fetch: answer with a stale response or an error.

    `failure`: how the fetches failed that it waited for. None: its own time is over, and a fetch is still under way.
    """

    failure: Failure | None = None


type Turn = Lead | Follow | Alone | GiveUp
