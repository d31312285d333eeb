"""The answer of the exchange to a request: the response, and facts for metrics and the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from brine.domain.http.messages import Response
    from brine.service.diagnostics import Fault

type ExchangeResult = Literal["sent", "repeated", "invited", "received", "empty", "acknowledged", "extended", "problem"]
"""repeated: the message had been sent before. invited: the answer offers an upload. empty: no message arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeAnswer:
    """A response, and facts about its request. `channel`: None unless it exists.

    delivered: the number of messages that the receiver gets. undeliverable: for each message that was skipped, a word
    such as `expired`, `tampered` or `missing`. removed: the number of messages that were deleted from the queue,
    because a copy of them had been acknowledged. problem: the name of a problem type.
    """

    response: Response
    result: ExchangeResult
    channel: str | None = None
    message_id: str | None = None
    delivered: int = 0
    undeliverable: tuple[str, ...] = ()
    removed: int = 0
    problem: str | None = None
    faults: tuple[Fault, ...] = ()
