"""The exchange: takes requests apart, and leads them to a channel's way in or out.

POST   /exchange/CHANNEL                   send
POST   /exchange/CHANNEL/uploads           ask where a large envelope may be uploaded
GET    /exchange/CHANNEL                   receive
DELETE /exchange/CHANNEL/RECEIPT           acknowledge
POST   /exchange/CHANNEL/RECEIPT/extend    keep what was received for longer
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from brine.domain.routing.principal import principal_name
from brine.service.channels.answer import ExchangeAnswer, refusing
from brine.service.channels.call import Call
from brine.service.channels.problems import CHANNEL_UNKNOWN, SENDER_REFUSED, Refusal
from brine.service.diagnostics import Faults
from brine.service.problems import PRINCIPAL_MISSING, ROUTE_UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.http.messages import Request
    from brine.ports.deadline import Deadline
    from brine.service.channels.channel_end import ChannelEnd, ChannelEnds
    from brine.service.channels.receiving import Receiving
    from brine.service.channels.sending import Sending

PREFIX: Final = ("", "exchange")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """All channels of a gateway. `stand_in`: who it is on an emulator, where nobody says; else None.

    clock: seconds since 1970.
    """

    ends: ChannelEnds
    sending: Sending
    receiving: Receiving
    clock: Callable[[], float]
    stand_in: str | None = None

    def serve(self, request: Request, deadline: Deadline, *, account: str) -> ExchangeAnswer:
        """Do what the request asks for. `account`: the gateway's own, in twelve digits."""
        faults = Faults()
        end: ChannelEnd | None = None
        try:
            principal = self._principal(request, account)
            channel, rest = _place(request.path)
            end = self._end(channel)
            now = self.clock()
            call = Call(
                end=end,
                principal=principal,
                request=request,
                deadline=deadline,
                now=now,
                ends_at=now + deadline.remaining(),
                faults=faults,
            )
            return self._do(call, rest)
        except Refusal as refusal:
            return ExchangeAnswer(
                response=refusing(refusal),
                result="problem",
                channel=None if end is None else end.channel.name,
                problem=refusal.kind.name,
                faults=tuple(faults),
            )

    def _do(self, call: Call, rest: tuple[str, ...]) -> ExchangeAnswer:
        match call.request.method, rest:
            case "POST", ():
                _check_sender(call)
                return self.sending.send(call)
            case "POST", ("uploads",):
                _check_sender(call)
                return self.sending.invite(call)
            case "GET", ():
                _check_receiver(call)
                return self.receiving.receive(call)
            case "DELETE", (receipt,):
                _check_receiver(call)
                return self.receiving.acknowledge(call, receipt)
            case "POST", (receipt, "extend"):
                _check_receiver(call)
                return self.receiving.extend(call, receipt)
        raise Refusal(ROUTE_UNKNOWN)

    def _end(self, channel: str) -> ChannelEnd:
        end = self.ends.get(channel)
        if end is None:
            raise Refusal(CHANNEL_UNKNOWN)
        return end

    def _principal(self, request: Request, account: str) -> str:
        arn = request.principal.get("iam:user")
        name = self.stand_in if arn is None else principal_name(arn, account)
        if name is None:
            raise Refusal(PRINCIPAL_MISSING)
        return name


def _place(path: str) -> tuple[str, tuple[str, ...]]:
    """The channel that a path names, and what follows."""
    segments = tuple(path.split("/"))
    if segments[:2] != PREFIX or len(segments) < 3:
        raise Refusal(ROUTE_UNKNOWN)
    return segments[2], segments[3:]


def _check_sender(call: Call) -> None:
    if not call.end.channel.may_send(call.principal):
        raise Refusal(SENDER_REFUSED, f"{call.principal} is not among its senders")


def _check_receiver(call: Call) -> None:
    if not call.end.channel.may_receive(call.principal):
        raise Refusal(SENDER_REFUSED, f"{call.principal} is not among its receivers")
