"""Everything that can go wrong on the way, as one tree. What is wrong with an envelope is brine_codec's CodecError.

ClientError
├── Unreachable         no whole answer came, however often it was tried
├── AnswerInvalid       an answer came that no gateway gives
└── Refused             the gateway, or what stands before it, said no; it has the status and the problem
    ├── ContentRefused  400, 406, 415, 422: what was sent, or asked for
    ├── NotPermitted    401, 403: who sent it
    ├── NotFound        404: no such channel, path or receipt
    ├── AlreadySent     409: the gateway has done this already
    ├── ReceiptExpired  410: somebody else may have the message by now
    ├── ContentTooLarge 413
    └── Unavailable     429, 5xx, and 409 with Retry-After: it may go better later
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from brine_client.connection import ClientResponse


class ClientError(Exception):
    """The root of every error that the client raises, beside brine_codec.CodecError."""


class Unreachable(ClientError):
    """No connection, or no whole answer in time."""


class AnswerInvalid(ClientError):
    """An answer that cannot be understood: the URL is not that of a gateway, or something between changed it."""


class Refused(ClientError):
    """An answer that says no. `problem` is the last part of the problem's type (docs/problems.md), or empty."""

    def __init__(self, status: int, problem: str = "", detail: str = "", title: str = "") -> None:
        what = detail or title or "no reason was given"
        super().__init__(f"{status} {problem}: {what}" if problem else f"{status}: {what}")
        self.status = status
        self.problem = problem
        self.detail = detail


class ContentRefused(Refused):
    """What was sent cannot be taken, or not in the form that was asked for."""


class NotPermitted(Refused):
    """Whoever signed the request, or nobody, may not do this."""


class NotFound(Refused):
    """There is nothing of that name."""


class AlreadySent(Refused):
    """What can be done once was done before."""


class ReceiptExpired(Refused):
    """The time to acknowledge the message is over: it comes again, to this receiver or another."""


class ContentTooLarge(Refused):
    """More than the channel or the way to it takes."""


class Unavailable(Refused):
    """The gateway, a store of it, or an origin cannot do it now."""


_BY_STATUS: dict[int, type[Refused]] = {
    400: ContentRefused,
    401: NotPermitted,
    403: NotPermitted,
    404: NotFound,
    406: ContentRefused,
    409: AlreadySent,
    410: ReceiptExpired,
    413: ContentTooLarge,
    415: ContentRefused,
    422: ContentRefused,
    429: Unavailable,
}


def refusal(answer: ClientResponse) -> Refused:
    """The error that an answer of 400 and above is, told by its problem details (RFC 9457) where it has some."""
    cls = _BY_STATUS.get(answer.status, Unavailable if answer.status >= 500 else Refused)
    if answer.status == 409 and "retry-after" in answer.fields:
        cls = Unavailable
    members = answer.document() if answer.media_type in ("application/problem+json", "application/json") else None
    if not isinstance(members, dict):
        return cls(answer.status)
    texts = {name: value for name, value in members.items() if isinstance(value, str)}
    problem = texts.get("type", "").rpartition(":")[2]
    return cls(answer.status, problem, texts.get("detail") or texts.get("message", ""), texts.get("title", ""))
