"""Problem types of the exchange (docs/problems.md), and the problems that errors of the codec become."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from brine.service.problems import (
    CONTENT_INVALID,
    CONTENT_TOO_LARGE,
    STORE_UNAVAILABLE,
    TYPE_REFUSED,
    Problem,
    ProblemType,
)
from brine_codec import (
    Expired,
    Forbidden,
    KeyringUnavailable,
    Premature,
    SchemaMiss,
    Tampered,
    TooLarge,
    Undecodable,
    UnknownKey,
    Unsupported,
)

if TYPE_CHECKING:
    from brine_codec import CodecError

CHANNEL_UNKNOWN = ProblemType("channel-unknown", 404, "The channel does not exist")
SENDER_REFUSED = ProblemType("sender-refused", 403, "The channel does not admit this principal")
PARAMETER_INVALID = ProblemType("parameter-invalid", 400, "A parameter of the query is invalid")
MESSAGE_TAMPERED = ProblemType("message-tampered", 400, "The seal does not verify for this channel and sender")
MESSAGE_WRONG_CHANNEL = ProblemType("message-wrong-channel", 400, "The message was sealed for another channel")
MESSAGE_EXPIRED = ProblemType("message-expired", 400, "The message has expired")
MESSAGE_PREMATURE = ProblemType("message-premature", 400, "The message was sealed with a time in the future")
MESSAGE_BEING_SENT = ProblemType("message-being-sent", 409, "Another request is sending this message now")
KEY_RETIRED = ProblemType("key-retired", 400, "The channel does not have the key of this message")
EXPIRY_MISSING = ProblemType("expiry-missing", 400, "The message has no expiry")
EXPIRY_TOO_FAR = ProblemType("expiry-too-far", 400, "The message expires later than the channel keeps it")
CLAIM_INVALID = ProblemType("claim-invalid", 400, "The claim is not one for this channel and sender")
CLAIM_MISSING = ProblemType("claim-missing", 404, "The envelope of this claim was not uploaded")
RECEIPT_INVALID = ProblemType("receipt-invalid", 400, "The receipt is not one for this channel and receiver")
RECEIPT_EXPIRED = ProblemType("receipt-expired", 410, "The receipt has expired, and the message is delivered again")
QUEUE_UNAVAILABLE = ProblemType("queue-unavailable", 503, "The queue of the channel is unavailable")

EXCHANGE_PROBLEM_TYPES: Final = (
    CHANNEL_UNKNOWN,
    SENDER_REFUSED,
    PARAMETER_INVALID,
    MESSAGE_TAMPERED,
    MESSAGE_WRONG_CHANNEL,
    MESSAGE_EXPIRED,
    MESSAGE_PREMATURE,
    MESSAGE_BEING_SENT,
    KEY_RETIRED,
    EXPIRY_MISSING,
    EXPIRY_TOO_FAR,
    CLAIM_INVALID,
    CLAIM_MISSING,
    RECEIPT_INVALID,
    RECEIPT_EXPIRED,
    QUEUE_UNAVAILABLE,
)

RETRY_AFTER: Final = 1
"""Seconds after which a client may retry, unless a better time is known."""

# The most specific class first: KeyringUnavailable is an UnknownKey, and Premature an Expired.
_CODEC_PROBLEMS: Final[tuple[tuple[type[CodecError], ProblemType], ...]] = (
    (KeyringUnavailable, STORE_UNAVAILABLE),
    (UnknownKey, KEY_RETIRED),
    (Premature, MESSAGE_PREMATURE),
    (Expired, MESSAGE_EXPIRED),
    (SchemaMiss, TYPE_REFUSED),
    (Forbidden, TYPE_REFUSED),
    (Undecodable, TYPE_REFUSED),
    (Unsupported, TYPE_REFUSED),
    (TooLarge, CONTENT_TOO_LARGE),
    (Tampered, MESSAGE_TAMPERED),
)


def envelope_problem(error: CodecError) -> Problem:
    """Return the problem of an envelope that does not open. For a refused type, the detail names the error class."""
    kind = next((kind for cls, kind in _CODEC_PROBLEMS if isinstance(error, cls)), CONTENT_INVALID)
    detail = f"{type(error).__name__}: {error}" if kind is TYPE_REFUSED else str(error)
    if isinstance(error, SchemaMiss):
        detail += "; types.toml must declare it so, and the channel's types must include it"
    return Problem(kind, None if kind is STORE_UNAVAILABLE else detail)
