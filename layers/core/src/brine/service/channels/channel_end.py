"""The gateway's end of a channel: its queue, and the codec of its messages."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from brine.domain.channels.channel import CLOCK_SKEW, message_context
from brine.domain.channels.message import content_of, with_nonce
from brine.service.channels.problems import (
    EXPIRY_MISSING,
    EXPIRY_TOO_FAR,
    MESSAGE_TAMPERED,
    MESSAGE_WRONG_CHANNEL,
    Refusal,
    refused_seal,
)
from brine.service.problems import CONTENT_INVALID
from brine_codec import CodecError, Expired, Tampered, UnknownKey

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from brine.domain.channels.channel import Channel
    from brine.domain.formats.allowed_types import Types
    from brine.ports.channels import MessageQueue
    from brine_codec import Codec, Info

NONCE_SIZE: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelEnd:
    """A channel, its queue, and what reads and writes its messages: `codec` sealed, `types` in the other formats."""

    channel: Channel
    queue: MessageQueue
    codec: Codec
    types: Types

    def seal(self, content: object, sender: str, now: float, expires_at: float) -> bytes:
        """The envelope of a message that came unsealed. Raises Refusal."""
        message = with_nonce(secrets.token_bytes(NONCE_SIZE), content)
        try:
            return self.codec.seal(
                message, context=message_context(self.channel.name, sender), now=now, expires_at=expires_at
            )
        except CodecError as error:
            raise refused_seal(error) from error

    def check(self, envelope: bytes, sender: str, now: float) -> tuple[Info, Any]:
        """The verified header and the content of an envelope that may be sent now. Raises CodecError, and Refusal."""
        info = self.peek(envelope, sender, now)
        if not info.expires_at:
            raise Refusal(EXPIRY_MISSING)
        if info.expires_at > now + self.channel.retention + CLOCK_SKEW:
            raise Refusal(EXPIRY_TOO_FAR, f"this channel keeps messages for {self.channel.retention:.0f} seconds")
        return info, self.open(envelope, sender, now)

    def await_keys(self, now: float) -> None:
        """See to it that there are keys. Raises KeyringUnavailable."""
        self.codec.seal(None, now=now)

    def peek(self, envelope: bytes, sender: str, now: float) -> Info:
        """The verified header. Raises CodecError."""
        return self.codec.peek(envelope, context=message_context(self.channel.name, sender), now=now)

    def open(self, envelope: bytes, sender: str, now: float) -> Any:
        """The content. Raises CodecError, and Refusal for what is sealed but is no message."""
        opened = self.codec.open(envelope, context=message_context(self.channel.name, sender), now=now)
        try:
            return content_of(opened)
        except ValueError as error:
            raise Refusal(CONTENT_INVALID, str(error)) from None

    def verify(self, envelope: bytes, sender: str, now: float) -> Info:
        """The header of an envelope that is good now, without its content being looked at. Raises CodecError."""
        info = self.peek(envelope, sender, now)
        if info.expires_at and not now < info.expires_at:
            raise Expired("the message has expired", info.expires_at)
        return info


class ChannelEnds:
    """All channels of a gateway, by name."""

    def __init__(self, ends: Mapping[str, ChannelEnd]) -> None:
        self._ends = ends

    def __iter__(self) -> Iterator[ChannelEnd]:
        return iter(self._ends.values())

    def get(self, name: str) -> ChannelEnd | None:
        """The end of the channel with this name."""
        return self._ends.get(name)

    def refusal(self, error: CodecError, end: ChannelEnd, envelope: bytes, sender: str, now: float) -> Refusal:
        """Why an envelope is refused on a channel: sealed for another one, if its seal verifies there."""
        if isinstance(error, Tampered | UnknownKey):
            for other in self:
                if other is not end and _is_sealed_for(other, envelope, sender, now):
                    return Refusal(MESSAGE_WRONG_CHANNEL)
        if isinstance(error, Tampered):
            return Refusal(MESSAGE_TAMPERED, f"{error} for the channel {end.channel.name} and the sender {sender}")
        return refused_seal(error)


def _is_sealed_for(end: ChannelEnd, envelope: bytes, sender: str, now: float) -> bool:
    try:
        end.peek(envelope, sender, now)
    except CodecError:
        return False
    return True
