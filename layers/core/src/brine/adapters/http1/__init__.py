"""A lean HTTP/1.1 client for the hit path: strict about framing, bounded in time and size (docs/decisions/0040)."""

from brine.adapters.http1.client import Client
from brine.adapters.http1.connection import Answer, Limits, Message
from brine.adapters.http1.dial import default_tls
from brine.adapters.http1.errors import BadAnswer, ConnectFailed, ExchangeError, NoAnswer, TimedOut, TooLarge

__all__ = [
    "Answer",
    "BadAnswer",
    "Client",
    "ConnectFailed",
    "ExchangeError",
    "Limits",
    "Message",
    "NoAnswer",
    "TimedOut",
    "TooLarge",
    "default_tls",
]
