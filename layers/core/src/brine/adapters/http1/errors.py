"""The errors of an HTTP exchange. Callers turn them into errors of their port.

ExchangeError
├── ConnectFailed      there is no connection, so the request was not sent
├── TimedOut           one wait, or the whole exchange, took too long
├── NoResponse         the peer closed before the first byte of a response
├── BadResponse        truncated, over-long or not HTTP
└── ResponseTooLarge   larger than the caller takes
"""

from __future__ import annotations


class ExchangeError(Exception):
    """An exchange gave no complete response. The message contains no field value and no body.

    cause: the failure in a few words, for the log. Without it, the message is the cause.
    `is_retry`: the request was sent before, over a kept connection that gave no response.
    """

    is_retry = False

    def __init__(self, message: str, cause: str | None = None) -> None:
        super().__init__(message)
        self.cause = cause or message


class ConnectFailed(ExchangeError):
    """No connection: refused, no such host, or TLS not verified. The request was not sent."""


class TimedOut(ExchangeError):
    """Connecting, one wait for bytes, or the exchange as a whole took too long."""


class NoResponse(ExchangeError):
    """The peer closed the connection before the first byte of a response."""


class BadResponse(ExchangeError):
    """The response is truncated, over-long or not HTTP."""


class ResponseTooLarge(ExchangeError):
    """The head or body of the response is larger than the caller takes."""
