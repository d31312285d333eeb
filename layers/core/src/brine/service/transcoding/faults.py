"""Faults of envelopes, for metrics and the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.service.diagnostics import Fault, cause_of
from brine_codec import KeyringUnavailable

if TYPE_CHECKING:
    from brine_codec import CodecError


def seal_fault(error: CodecError) -> Fault:
    """Return the fault of an envelope that did not open or could not be sealed."""
    if isinstance(error, KeyringUnavailable):
        return Fault("keys", "unavailable", cause_of(error))
    return Fault("seal", type(error).__name__.lower())
