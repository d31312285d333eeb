"""What the exchange refuses, as problems (docs/problems.md), and the errors of others that become some."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from brine.errors import ContentTooLarge, TypeRefused
from brine.service.problems import (
    CONTENT_INVALID,
    CONTENT_TOO_LARGE,
    FORMAT_UNACCEPTABLE,
    FORMAT_UNSUPPORTED,
    PRINCIPAL_MISSING,
    STORE_UNAVAILABLE,
    TYPE_REFUSED,
    Kind,
)
from brine_codec import (
    Expired,
    Forbidden,
    KeyringUnavailable,
    Malformed,
    Premature,
    SchemaMiss,
    Tampered,
    TooLarge,
    Undecodable,
    UnknownKey,
    Unsupported,
)

if TYPE_CHECKING:
    from brine.errors import FormatError
    from brine_codec import CodecError

CHANNEL_UNKNOWN = Kind("channel-unknown", 404, "There is no such channel")
SENDER_REFUSED = Kind("sender-refused", 403, "The channel is not for this principal")
PARAMETER_INVALID = Kind("parameter-invalid", 400, "A parameter of the query cannot be used")
MESSAGE_TAMPERED = Kind("message-tampered", 400, "The seal does not verify for this channel and sender")
MESSAGE_WRONG_CHANNEL = Kind("message-wrong-channel", 400, "The message was sealed for another channel")
MESSAGE_EXPIRED = Kind("message-expired", 400, "The message has expired")
MESSAGE_PREMATURE = Kind("message-premature", 400, "The message was sealed in the future")
MESSAGE_BEING_SENT = Kind("message-being-sent", 409, "The message is just being sent by another request")
KEY_RETIRED = Kind("key-retired", 400, "The message was sealed with a key that the channel does not have")
EXPIRY_MISSING = Kind("expiry-missing", 400, "The message does not say when it expires")
EXPIRY_TOO_FAR = Kind("expiry-too-far", 400, "The message expires after the channel has forgotten it")
CLAIM_INVALID = Kind("claim-invalid", 400, "The claim is none that was given out for this channel and sender")
CLAIM_MISSING = Kind("claim-missing", 404, "Nothing lies where the claim was to be uploaded")
RECEIPT_INVALID = Kind("receipt-invalid", 400, "The receipt is none that was given out for this channel and receiver")
RECEIPT_EXPIRED = Kind("receipt-expired", 410, "The receipt's time is over; the message is delivered again")
QUEUE_UNAVAILABLE = Kind("queue-unavailable", 503, "The channel's queue does not answer")

EXCHANGE_KINDS: Final = (
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

SHARED_KINDS: Final = (
    PRINCIPAL_MISSING,
    FORMAT_UNSUPPORTED,
    FORMAT_UNACCEPTABLE,
    CONTENT_INVALID,
    CONTENT_TOO_LARGE,
    TYPE_REFUSED,
    STORE_UNAVAILABLE,
)
"""What routes refuse for the same reasons."""

RETRY_AFTER: Final = 1
"""Seconds after which it is worth trying again, where nothing better is known."""

# The most specific class first. KeyringUnavailable is a kind of UnknownKey, and Premature of Expired.
_CODEC_KINDS: Final[tuple[tuple[type[CodecError], Kind], ...]] = (
    (KeyringUnavailable, STORE_UNAVAILABLE),
    (UnknownKey, KEY_RETIRED),
    (Premature, MESSAGE_PREMATURE),
    (Expired, MESSAGE_EXPIRED),
    (SchemaMiss, TYPE_REFUSED),
    (Forbidden, TYPE_REFUSED),
    (Undecodable, TYPE_REFUSED),
    (Unsupported, TYPE_REFUSED),
    (TooLarge, CONTENT_TOO_LARGE),
    (Malformed, CONTENT_INVALID),
    (Tampered, MESSAGE_TAMPERED),
)


class Refusal(Exception):
    """A request that is not done. `members`: what the problem tells beside the usual; `retry_after`: seconds."""

    def __init__(
        self,
        kind: Kind,
        detail: str | None = None,
        *,
        members: dict[str, object] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(kind.name)
        self.kind = kind
        self.detail = detail
        self.members = members or {}
        self.retry_after = RETRY_AFTER if retry_after is None and kind.status == 503 else retry_after


def refused_seal(error: CodecError) -> Refusal:
    """Why an envelope is refused. The class of a refused content is told: the kinds of refusal are one problem."""
    kind = next((kind for cls, kind in _CODEC_KINDS if isinstance(error, cls)), CONTENT_INVALID)
    detail = f"{type(error).__name__}: {error}" if kind is TYPE_REFUSED else str(error)
    if isinstance(error, SchemaMiss):  # its words are those of whoever has classes; here, two files have them
        detail += "; types.toml must declare it so, and the channel's types must take it in"
    return Refusal(kind, None if kind is STORE_UNAVAILABLE else detail)


def refused_content(error: FormatError) -> Refusal:
    """Why content in JSON or MessagePack is refused; the detail says where it is wrong."""
    if isinstance(error, ContentTooLarge):
        return Refusal(CONTENT_TOO_LARGE, str(error))
    return Refusal(TYPE_REFUSED if isinstance(error, TypeRefused) else CONTENT_INVALID, str(error))
