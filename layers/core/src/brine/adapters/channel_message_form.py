"""A message of a channel as the text of a message in SQS: JSON, with the version of its form."""

from __future__ import annotations

import json
from binascii import a2b_base64, b2a_base64

from brine.domain.channel_message import ChannelMessage, ClaimCheck

VERSION = 1
_DIGEST_DIGITS = 64


def write(message: ChannelMessage) -> str:
    """The text, in ASCII."""
    envelope = message.envelope
    members: dict[str, object] = {"version": VERSION, "sender": message.sender, "expires_at": message.expires_at}
    if isinstance(envelope, ClaimCheck):
        members["claim"] = {"id": envelope.id, "size": envelope.size, "sha256": envelope.digest.hex()}
    else:
        members["sealed"] = b2a_base64(envelope, newline=False).decode("ascii")
    return json.dumps(members, separators=(",", ":"))


def read(text: str) -> ChannelMessage | None:
    """The message, or None when the text is none of this version."""
    try:
        match json.loads(text):
            case {"version": 1, "sender": str(sender), "expires_at": int(expires_at), "sealed": str(sealed)}:
                return ChannelMessage(sender, expires_at, a2b_base64(sealed, strict_mode=True))
            case {
                "version": 1,
                "sender": str(sender),
                "expires_at": int(expires_at),
                "claim": {"id": str(id_), "size": int(size), "sha256": str(digest)},
            } if _is_plain(id_) and size >= 0 and len(digest) == _DIGEST_DIGITS:
                return ChannelMessage(sender, expires_at, ClaimCheck(id_, size, bytes.fromhex(digest)))
    except (ValueError, RecursionError):
        pass
    return None


def _is_plain(id_: str) -> bool:
    """Whether it can be the last part of a key without a change of folder."""
    return id_.isascii() and id_.replace("-", "").isalnum()
