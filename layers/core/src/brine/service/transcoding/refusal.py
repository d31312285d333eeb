"""What ends a conversion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.service.diagnostics import Fault, cause_of
from brine_codec import KeyringUnavailable

if TYPE_CHECKING:
    from brine.service.problems import Kind
    from brine_codec import CodecError


class Refusal(Exception):
    """What was received cannot be converted. `detail` may be shown to the client; `faults` are for metrics."""

    def __init__(self, kind: Kind, detail: str, *faults: Fault) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.faults = faults


def seal_fault(error: CodecError) -> Fault:
    """What an envelope that did not open, or could not be made, counts as."""
    if isinstance(error, KeyringUnavailable):
        return Fault("keys", "unavailable", cause_of(error))
    return Fault("seal", type(error).__name__.lower())
