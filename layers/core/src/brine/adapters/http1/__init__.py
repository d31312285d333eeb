"""A lean HTTP/1.1 client for the hit path: strict about framing, bounded in time and size (docs/decisions/0040)."""

from brine.adapters.http1.client import HttpClient
from brine.adapters.http1.connection import HttpLimits, RawRequest, RawResponse
from brine.adapters.http1.dial import default_tls
from brine.adapters.http1.errors import (
    BadResponse,
    ConnectFailed,
    ExchangeError,
    NoResponse,
    ResponseTooLarge,
    TimedOut,
)

__all__ = [
    "BadResponse",
    "ConnectFailed",
    "ExchangeError",
    "HttpClient",
    "HttpLimits",
    "NoResponse",
    "RawRequest",
    "RawResponse",
    "ResponseTooLarge",
    "TimedOut",
    "default_tls",
]
