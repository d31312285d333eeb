"""One request to a channel, with what all parts of the exchange need for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from brine.service.channels.answer import ExchangeAnswer
from brine.service.channels.documents import answer

if TYPE_CHECKING:
    from brine.domain.formats import Format
    from brine.domain.http.messages import Request, Response
    from brine.ports.deadline import Deadline
    from brine.service.channels.answer import ExchangeResult
    from brine.service.channels.channel_end import ChannelEnd
    from brine.service.diagnostics import Faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`principal` sends `request` to a channel, at `now`, and has until `deadline`, which is at `ends_at`.

    `now` and `ends_at` are seconds since 1970.
    """

    end: ChannelEnd
    principal: str
    request: Request
    deadline: Deadline
    now: float
    ends_at: float
    faults: Faults

    @property
    def channel(self) -> str:
        """The channel's name."""
        return self.end.channel.name

    @property
    def time(self) -> float:
        """The present time in seconds since 1970: later than `now`, when something took long."""
        return self.ends_at - self.deadline.remaining()

    def answer(self, form: Format, document: dict[str, Any], *, status: int, now: float | None = None) -> Response:
        """A response with a document."""
        return answer(self.end, form, document, self.principal, self.now if now is None else now, status=status)

    def done(self, response: Response, result: ExchangeResult, *, message_id: str | None = None) -> ExchangeAnswer:
        """The answer of a call that went well."""
        return ExchangeAnswer(
            response=response,
            result=result,
            channel=self.channel,
            message_id=message_id,
            faults=tuple(self.faults),
        )
