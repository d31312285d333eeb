"""The exceptions of the client. An invalid envelope raises brine_codec.CodecError instead.

ClientError
├── Unreachable         no complete response came, after all attempts
├── AnswerInvalid       a response came that no gateway sends
└── Refused             the gateway, or a proxy before it, refused; has the status and the problem
    ├── ContentRefused  400, 406, 415, 422: the content or its format
    ├── NotPermitted    401, 403: the sender
    ├── NotFound        404: no such channel, path or receipt
    ├── AlreadySent     409: the gateway has done this already
    ├── ReceiptExpired  410: another receiver may have the message by now
    ├── ContentTooLarge 413
    └── Unavailable     429, 5xx, and 409 with Retry-After: a later attempt may succeed
"""

from __future__ import annotations


class ClientError(Exception):
    """Base class of every error that the client raises, besides brine_codec.CodecError."""


class Unreachable(ClientError):
    """No connection, or no complete response in time."""


class AnswerInvalid(ClientError):
    """A response that the client does not understand.

    The URL is not that of a gateway, or a proxy changed the response.
    """


class Refused(ClientError):
    """A response that refuses the request. `problem`: the last part of its type (docs/problems.md), or empty."""

    def __init__(self, status: int, problem: str = "", detail: str = "", title: str = "") -> None:
        what = detail or title or "no reason was given"
        super().__init__(f"{status} {problem}: {what}" if problem else f"{status}: {what}")
        self.status = status
        self.problem = problem
        self.detail = detail


class ContentRefused(Refused):
    """The gateway does not take this content, or does not offer the requested format."""


class NotPermitted(Refused):
    """The principal that signed the request may not do this, or the request is not signed."""


class NotFound(Refused):
    """No channel, path or receipt has this name."""


class AlreadySent(Refused):
    """The request may be done only once and was done before."""


class ReceiptExpired(Refused):
    """The time to acknowledge the message is over. The channel delivers it again, to this receiver or another."""


class ContentTooLarge(Refused):
    """The content is larger than the channel, or a part of the way to it, accepts."""


class Unavailable(Refused):
    """The gateway, one of its stores, or an origin is not available now."""
