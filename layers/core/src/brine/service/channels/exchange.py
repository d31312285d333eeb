"""The exchange: reads the method and the path of a request, and sends, receives or acknowledges messages.

POST   /exchange/CHANNEL                   send
POST   /exchange/CHANNEL/uploads           offer an upload for a large envelope
GET    /exchange/CHANNEL                   receive
DELETE /exchange/CHANNEL/RECEIPT           acknowledge
POST   /exchange/CHANNEL/RECEIPT/extend    extend the visibility timeout
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from brine.service.channels.channel_call import ChannelCall
from brine.service.channels.exchange_answer import ExchangeAnswer
from brine.service.channels.exchange_problems import RETRY_AFTER, SENDER_REFUSED
from brine.service.diagnostics import Faults
from brine.service.principals import caller
from brine.service.problems import PRINCIPAL_MISSING, ROUTE_UNKNOWN, Problem, problem_response

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.http.messages import Request, Response
    from brine.ports.deadline import Deadline
    from brine.service.channels.endpoint import ChannelEndpoint, ChannelEndpoints
    from brine.service.channels.receiver import MessageReceiver
    from brine.service.channels.sender import MessageSender

PREFIX: Final = ("", "exchange")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeService:
    """Serves requests to all channels of a gateway.

    clock: seconds since 1970. emulated_principal: the caller of requests without a verified principal, on an emulator.
    """

    endpoints: ChannelEndpoints
    sender: MessageSender
    receiver: MessageReceiver
    clock: Callable[[], float]
    emulated_principal: str | None = None

    def serve(self, request: Request, deadline: Deadline, *, account: str) -> ExchangeAnswer:
        """Return the answer to a request. `account`: the AWS account of the gateway, in twelve digits."""
        faults = Faults()
        endpoint: ChannelEndpoint | None = None
        try:
            principal = self._principal(request, account)
            channel, rest = _split(request.path)
            endpoint = self.endpoints.get(channel)
            now = self.clock()
            call = ChannelCall(
                endpoint=endpoint,
                principal=principal,
                request=request,
                deadline=deadline,
                now=now,
                ends_at=now + deadline.remaining(),
                faults=faults,
            )
            return self._dispatch(call, rest)
        except Problem as problem:
            return ExchangeAnswer(
                response=_response(problem),
                result="problem",
                channel=None if endpoint is None else endpoint.channel.name,
                problem=problem.kind.name,
                faults=tuple(faults),
            )

    def _dispatch(self, call: ChannelCall, rest: tuple[str, ...]) -> ExchangeAnswer:
        match call.request.method, rest:
            case "POST", ():
                _check_sender(call)
                return self.sender.send(call)
            case "POST", ("uploads",):
                _check_sender(call)
                return self.sender.offer_upload(call)
            case "GET", ():
                _check_receiver(call)
                return self.receiver.receive(call)
            case "DELETE", (receipt,):
                _check_receiver(call)
                return self.receiver.acknowledge(call, receipt)
            case "POST", (receipt, "extend"):
                _check_receiver(call)
                return self.receiver.extend(call, receipt)
        raise Problem(ROUTE_UNKNOWN)

    def _principal(self, request: Request, account: str) -> str:
        principal = caller(request, account, self.emulated_principal)
        if principal is None:
            raise Problem(PRINCIPAL_MISSING)
        return principal


def _response(problem: Problem) -> Response:
    default = RETRY_AFTER if problem.kind.status == 503 else None
    retry_after = default if problem.retry_after is None else problem.retry_after
    return problem_response(problem.kind, problem.detail, retry_after=retry_after)


def _split(path: str) -> tuple[str, tuple[str, ...]]:
    """Return the channel in a path, and the segments after it. Raises Problem."""
    segments = tuple(path.split("/"))
    if segments[:2] != PREFIX or len(segments) < 3:
        raise Problem(ROUTE_UNKNOWN)
    return segments[2], segments[3:]


def _check_sender(call: ChannelCall) -> None:
    if not call.endpoint.channel.may_send(call.principal):
        raise Problem(SENDER_REFUSED, f"{call.principal} is not among its senders")


def _check_receiver(call: ChannelCall) -> None:
    if not call.endpoint.channel.may_receive(call.principal):
        raise Problem(SENDER_REFUSED, f"{call.principal} is not among its receivers")
