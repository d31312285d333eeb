"""One message of a channel, as its receiver has it."""

from __future__ import annotations

from datetime import datetime

from brine_codec.envelope.identity import envelope_id

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

_NOTHING = object()


class SealedMessage:
    """A message before it is sent. It may be sent again and again: all copies have its `id`, which a receiver sees."""

    __slots__ = ("channel", "digest", "id", "sealed")

    def __init__(self, channel: str, sealed: bytes) -> None:
        from hashlib import sha256  # noqa: PLC0415 - a few ms that importing the client does not have to wait for

        self.channel = channel
        self.sealed = sealed
        self.digest: bytes = sha256(sealed).digest()
        self.id = envelope_id(self.digest)

    def __repr__(self) -> str:
        return f"<SealedMessage {self.id} for {self.channel}>"


class Message:
    """A message, and the right to acknowledge it for a while; who does not, gets it again (at least once).

    `id` is what its sender knows it by, the same each time it comes. `attempt` counts from 1. `sender` is whom the
    gateway knows to have sent it.
    Its envelope is `sealed`, or where `claim` says.
    """

    __slots__ = (
        "_acknowledge",
        "_content",
        "_extend",
        "_open",
        "attempt",
        "channel",
        "claim",
        "expires_at",
        "id",
        "receipt",
        "sealed",
        "sender",
        "sent_at",
    )

    def __init__(
        self,
        channel: str,
        members: Mapping[str, Any],
        *,
        open_: Callable[[Message], object],
        acknowledge: Callable[[Message], None],
        extend: Callable[[Message, int], str],
    ) -> None:
        self.channel = channel
        self.id: str = members["id"]
        self.receipt: str = members["receipt"]
        self.sender: str = members["sender"]
        self.sent_at = datetime.fromisoformat(members["sent_at"])
        self.expires_at = datetime.fromisoformat(members["expires_at"])
        self.attempt: int = members["attempt"]
        self.sealed: bytes | None = members.get("content")
        self.claim: Mapping[str, Any] | None = members.get("claim")
        self._open = open_
        self._acknowledge = acknowledge
        self._extend = extend
        self._content = _NOTHING

    def __repr__(self) -> str:
        return f"<Message {self.id} of {self.channel}, attempt {self.attempt}>"

    @property
    def content(self) -> Any:
        """What was sent; opened, and where it is large fetched, when first asked for.

        Raises brine_codec.CodecError when it cannot be opened here: the message is still in the channel, and goes to
        its dead-letter queue if nobody can. Raises ClientError when it cannot be fetched.
        """
        if self._content is _NOTHING:
            self._content = self._open(self)
        return self._content

    def acknowledge(self) -> None:
        """Take the message out of the channel. Raises ReceiptExpired when it was kept for too long, and ClientError."""
        self._acknowledge(self)

    def extend(self, visibility: int) -> None:
        """Keep the message for so many seconds from now on; 0 gives it back. Raises as `acknowledge` does."""
        self.receipt = self._extend(self, visibility)
