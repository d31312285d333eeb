"""The messages of a channel, for their sender and their receiver."""

from __future__ import annotations

from datetime import datetime

from brine_codec.envelope.identity import envelope_id

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

_NOTHING = object()


class SealedMessage:
    """A sealed message before it is sent.

    It may be sent many times: all copies have the same `id`, also for the receiver.
    """

    __slots__ = ("channel", "digest", "id", "sealed")

    def __init__(self, channel: str, sealed: bytes) -> None:
        from hashlib import sha256  # noqa: PLC0415 - takes a few ms, which importing the client should not

        self.channel = channel
        self.sealed = sealed
        self.digest: bytes = sha256(sealed).digest()
        self.id = envelope_id(self.digest)

    def __repr__(self) -> str:
        return f"<SealedMessage {self.id} for {self.channel}>"


class Message:
    """A received message. Without an acknowledgement in time, the channel delivers it again (at least once).

    id: the id that the sender knows too, the same for each delivery.
    attempt: the number of this delivery, from 1.
    sender: the principal that sent the message, as authenticated by the gateway.
    sealed: the envelope, unless it lies where `claim` says.
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
        """The object that was sent. It is fetched (if it is large) and opened at the first use.

        Raises brine_codec.CodecError if it cannot be opened here. The message then stays in the channel, and moves to
        its dead-letter queue if no receiver can open it. Raises ClientError if it cannot be fetched.
        """
        if self._content is _NOTHING:
            self._content = self._open(self)
        return self._content

    def acknowledge(self) -> None:
        """Remove the message from the channel. Raises ReceiptExpired if its time was over, and ClientError."""
        self._acknowledge(self)

    def extend(self, visibility: int) -> None:
        """Reserve the message for this many seconds from now; 0 returns it to the channel.

        Raises the same errors as `acknowledge`.
        """
        self.receipt = self._extend(self, visibility)
