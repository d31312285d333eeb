"""The text of a channel's message in SQS: JSON, with the version of its format."""

from __future__ import annotations

import json
from binascii import a2b_base64, b2a_base64

from brine.domain.channels.message import ChannelMessage, ClaimCheck
from brine.domain.routing.principal import is_principal

VERSION = 2
_DIGEST_DIGITS = 64
_LATEST = 253_402_300_799  # the end of the year 9999: later times have no date


def write(message: ChannelMessage) -> str:
    """Return the text of a message, in ASCII."""
    envelope = message.envelope
    members: dict[str, object] = {"version": VERSION, "sender": message.sender, "expires_at": message.expires_at}
    if isinstance(envelope, ClaimCheck):
        members["claim"] = {"size": envelope.size, "sha256": envelope.digest.hex()}
    else:
        members["sealed"] = b2a_base64(envelope, newline=False).decode("ascii")
    return json.dumps(members, separators=(",", ":"))


def read(text: str) -> ChannelMessage | None:
    """Return the message, or None if the text is not a message of this version."""
    message = _read(text)
    return message if message and is_principal(message.sender) and 0 <= message.expires_at <= _LATEST else None


def _read(text: str) -> ChannelMessage | None:
    try:
        match json.loads(text):
            case {"version": 2, "sender": str(sender), "expires_at": int(expires_at), "sealed": str(sealed)}:
                return ChannelMessage(sender, expires_at, a2b_base64(sealed, strict_mode=True))
            case {
                "version": 2,
                "sender": str(sender),
                "expires_at": int(expires_at),
                "claim": {"size": int(size), "sha256": str(digest)},
            } if size >= 0 and len(digest) == _DIGEST_DIGITS:
                return ChannelMessage(sender, expires_at, ClaimCheck(size, bytes.fromhex(digest)))
    except (ValueError, RecursionError):
        pass
    return None
