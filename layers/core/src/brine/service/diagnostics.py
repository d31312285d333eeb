"""The faults of a request that did not spoil its answer, for Cache-Status, the metrics and the log."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from brine.errors import StoreError, StoreThrottled
from brine_codec import KeyringUnavailable, Miss

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine_codec import CodecError

type FaultKind = Literal[
    "table",
    "bodies",
    "keys",
    "queue",
    "stamps",
    "circuits",
    "budgets",
    "invalidation",
    "envelope",
    "outdated",
    "new-keys",
    "variants",
    "origin-circuit",
    "origin-budget",
    "credentials",
    "seal",
    "result",
    "refresh",
]
"""Which part failed.

- `table`, `bodies`, `keys`, `queue`: this store failed or did not answer in time.
- `stamps`: the stamps could not be read, so the stored response may have been purged.
- `circuits`: the shared state of an origin's circuit could not be read or written.
- `budgets`: the shared state of an origin's budget could not be read or written.
- `invalidation`: the table did not confirm an invalidation, so other environments may still serve the old response.
- `envelope`: an envelope was altered, or this gateway did not make it.
- `outdated`: an envelope was written by another version, or under a signing key that is gone.
- `new-keys`: the route reached its limit of new keys per minute, so the response was not stored.
- `variants`: the URL has as many variants as its route stores, so the response was not stored.
- `origin-circuit`: the origin's circuit was open, so the origin was not asked.
- `origin-budget`: the origin's budget was spent, or the origin asked for a pause, so the origin was not asked.
- `credentials`: the gateway could not get its credentials for an origin, or the origin refused them.
- `seal`: the envelope of a client or an origin did not open.
- `result`: a result cannot be sealed, so it was not stored.
- `refresh`: a refresh of a result failed: the function raised, or the request could not be handled.
"""


FAULT_METRICS: Final[dict[FaultKind, str]] = {
    "envelope": "EnvelopeRefused",
    "outdated": "EnvelopeOutdated",
    "table": "StoreFault",
    "bodies": "StoreFault",
    "keys": "StoreFault",
    "queue": "StoreFault",
    "stamps": "StoreFault",
    "circuits": "StoreFault",
    "budgets": "StoreFault",
    "invalidation": "InvalidationFault",
    "new-keys": "NewKeysCapped",
    "variants": "VariantsCapped",
    "origin-circuit": "CircuitOpen",
    "origin-budget": "BudgetSpent",
    "credentials": "CredentialsFailed",
    "seal": "SealRefused",
    "result": "ResultUnsupported",
    "refresh": "RefreshFailed",
}
"""The metric that counts each kind of fault, in every function; docs/operations.md lists them."""


@dataclass(frozen=True, slots=True)
class Fault:
    """The failed part and the kind of failure: a token such as `throttled` or `tampered`.

    `cause` is for the log alone: a name such as `AccessDeniedException`, or the path of a value that cannot be sealed.
    Two faults are equal if only it differs.
    """

    kind: FaultKind
    what: str
    cause: str | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return f"{self.kind}-{self.what}"

    @property
    def for_log(self) -> str:
        """Return the fault and its cause."""
        return str(self) if self.cause is None else f"{self}: {self.cause}"


class Faults:
    """The faults of one request or call, each once, in order. Each request has its own."""

    __slots__ = ("_faults",)

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._faults)

    def add(self, fault: Fault) -> None:
        """Add a fault, unless it is there already."""
        if fault not in self._faults:
            self._faults.append(fault)

    def has(self, *kinds: FaultKind) -> bool:
        """Return whether there was a fault of one of these kinds."""
        return bool(self._faults) and any(fault.kind in kinds for fault in self._faults)

    def store_failed(self, kind: FaultKind, error: StoreError) -> None:
        """Add the failure of a table, a body store or a queue."""
        what = "throttled" if isinstance(error, StoreThrottled) else "unavailable"
        self.add(Fault(kind, what, cause_of(error)))

    def envelope_failed(self, error: CodecError) -> None:
        """Add the failure to open or to seal an envelope. The error's class names the reason."""
        if isinstance(error, KeyringUnavailable):
            self.add(Fault("keys", "unavailable", cause_of(error)))
        elif isinstance(error, Miss):
            self.add(Fault("outdated", type(error).__name__.lower()))
        else:
            self.add(Fault("envelope", type(error).__name__.lower()))

    def body_lost(self, what: Literal["missing", "altered"]) -> None:
        """Add the loss of a body: the body store has none at this address, or other bytes."""
        self.add(Fault("bodies", what))


def cause_of(error: BaseException) -> str:
    """Return the store's own code for an error, else the name of the innermost class.

    The message is left out: it might quote a value.
    """
    if isinstance(error, StoreError) and error.code is not None:
        return error.code
    return type(error).__name__ if error.__cause__ is None else cause_of(error.__cause__)
