"""The calls to AWS of one request, noted where they are made.

An adapter appends each call to the list of `current_calls`. All threads and tasks of the request share the list,
because each has a copy of its context.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from brine.domain.costs.usage import BilledCall

current_calls: Final[ContextVar[list[BilledCall] | None]] = ContextVar("brine_billed_calls", default=None)
"""The calls of the request that is being answered; None where nobody counts them."""
