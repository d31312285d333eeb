"""Send Python objects to a Brine gateway and receive them, in sealed envelopes.

with Client(url, keyring=keyring, registry=registry, principal="role/shop") as client:
    client.send("orders", order)
    for message in client.receive("orders"):
        book(message.content)
        message.acknowledge()
"""

from brine_client.client import Client
from brine_client.credentials import Credentials
from brine_client.errors import (
    AlreadySent,
    AnswerInvalid,
    ClientError,
    ContentRefused,
    ContentTooLarge,
    NotFound,
    NotPermitted,
    ReceiptExpired,
    Refused,
    Unavailable,
    Unreachable,
)
from brine_client.keys import secret_keyring
from brine_client.message import Message, SealedMessage
from brine_client.retries import Retries
from brine_codec import __version__ as __version__

__all__ = [
    "AlreadySent",
    "AnswerInvalid",
    "Client",
    "ClientError",
    "ContentRefused",
    "ContentTooLarge",
    "Credentials",
    "Message",
    "NotFound",
    "NotPermitted",
    "ReceiptExpired",
    "Refused",
    "Retries",
    "SealedMessage",
    "Unavailable",
    "Unreachable",
    "secret_keyring",
]
