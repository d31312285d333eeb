"""What the function of a route uses while it makes a response, besides its parts.

A results cache reports each result that it returns, so that the response follows the result as it follows a part. The
list is shared by all threads and tasks that the function starts, because each has a copy of its context.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from brine.domain.caching.combine import PartLimits

current_uses: Final[ContextVar[list[PartLimits] | None]] = ContextVar("brine_uses", default=None)
"""The uses of the function that runs; None where no function runs."""
