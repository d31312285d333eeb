"""How an exchange can fail. Callers turn these into errors of their own port.

ExchangeError
├── ConnectFailed   there is no connection; nothing was sent
├── TimedOut        a wait, or the whole, took too long
├── NoAnswer        the peer closed before the first byte of an answer
├── BadAnswer       truncated, over-long or not HTTP
└── TooLarge        larger than the caller takes
"""

from __future__ import annotations


class ExchangeError(Exception):
    """An exchange gave no complete answer. The message has no field value and no body in it.

    `is_second`: the request had gone out before, over a kept connection that gave no answer.
    """

    is_second = False


class ConnectFailed(ExchangeError):
    """No connection: refused, no such host, or TLS not verified. Nothing was sent."""


class TimedOut(ExchangeError):
    """Connecting, one wait for bytes, or the exchange as a whole took too long."""


class NoAnswer(ExchangeError):
    """The peer closed the connection before the first byte of an answer."""


class BadAnswer(ExchangeError):
    """The answer is truncated, over-long or not HTTP."""


class TooLarge(ExchangeError):
    """The answer's head or body is larger than the caller takes."""
