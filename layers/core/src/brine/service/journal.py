"""What went wrong on the way of one request without spoiling its answer: for Cache-Status, metrics and the log."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from brine.errors import StoreError, StoreThrottled
from brine_codec import KeyringUnavailable, Miss

if TYPE_CHECKING:
    from brine_codec import CodecError

type FaultKind = Literal[
    "table",
    "bodies",
    "keys",
    "queue",
    "stamps",
    "circuits",
    "invalidation",
    "envelope",
    "outdated",
    "new-keys",
    "origin-circuit",
    "seal",
]
"""table, bodies, keys, queue: that store did not do its part. stamps: whether something was purged could not be read,
so it may have been. invalidation: the table was not told what is no longer good, which others may still serve.
envelope: what is stored was altered, or is not ours.
outdated: it was written by other code or under a key that is gone.
new-keys: the route has had as many of them as it may in a minute, so the response was not stored.
circuits: what others know of an origin could not be read or told. origin-circuit: the origin was not asked.
seal: an envelope of another party did not open."""


FAULT_METRICS: Final[dict[FaultKind, str]] = {
    "envelope": "EnvelopeRefused",
    "outdated": "EnvelopeOutdated",
    "table": "StoreFault",
    "bodies": "StoreFault",
    "keys": "StoreFault",
    "queue": "StoreFault",
    "stamps": "StoreFault",
    "circuits": "StoreFault",
    "invalidation": "InvalidationFault",
    "new-keys": "NewKeysCapped",
    "origin-circuit": "CircuitOpen",
    "seal": "SealRefused",
}
"""The metric that counts a fault, in whatever function it happens; docs/operations.md lists them."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Where it happened, and what, as a token such as `throttled` or `tampered`.

    `cause` is for the log alone: a name such as `AccessDeniedException`. Faults that differ in nothing else are one.
    """

    kind: FaultKind
    what: str
    cause: str | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return f"{self.kind}-{self.what}"

    @property
    def for_log(self) -> str:
        """The fault and its cause."""
        return str(self) if self.cause is None else f"{self}: {self.cause}"


@dataclass(slots=True)
class Journal:
    """The faults of one request, each once, in order. Each request has its own."""

    faults: list[Fault] = field(default_factory=list)

    def note(self, fault: Fault) -> None:
        """Something went wrong."""
        if fault not in self.faults:
            self.faults.append(fault)

    def has(self, kind: FaultKind) -> bool:
        """Whether there was a fault of this kind."""
        return any(fault.kind == kind for fault in self.faults)

    def store_failed(self, kind: FaultKind, error: StoreError) -> None:
        """The table, the body store or the queue failed."""
        what = "throttled" if isinstance(error, StoreThrottled) else "unavailable"
        self.note(Fault(kind, what, cause_of(error)))

    def envelope_refused(self, error: CodecError) -> None:
        """An envelope did not open, or could not be made; it counts as a miss. The error's class says why."""
        if isinstance(error, KeyringUnavailable):
            self.note(Fault("keys", "unavailable", cause_of(error)))
        elif isinstance(error, Miss):
            self.note(Fault("outdated", type(error).__name__.lower()))
        else:
            self.note(Fault("envelope", type(error).__name__.lower()))

    def body_lost(self, what: Literal["missing", "altered"]) -> None:
        """A body was not where its envelope says, or not what it says."""
        self.note(Fault("bodies", what))


def cause_of(error: BaseException) -> str:
    """What lies under an error: the storage's own name for it, else a class. No message: it might quote a value."""
    if isinstance(error, StoreError) and error.code is not None:
        return error.code
    return type(error).__name__ if error.__cause__ is None else cause_of(error.__cause__)
