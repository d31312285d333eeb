"""The invocation that a conversion belongs to, and the faults of envelopes. Every transcoder needs both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from brine.service.diagnostics import Fault, cause_of
from brine_codec import KeyringUnavailable

if TYPE_CHECKING:
    from brine.ports.deadline import Deadline
    from brine_codec import CodecError


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """The time of a request in seconds since 1970, its deadline, and the AWS account of the gateway."""

    now: float
    deadline: Deadline
    account: str


def seal_fault(error: CodecError) -> Fault:
    """Return the fault of an envelope that did not open or could not be sealed."""
    if isinstance(error, KeyringUnavailable):
        return Fault("keys", "unavailable", cause_of(error))
    return Fault("seal", type(error).__name__.lower())
