"""Endpoints of channels: the queue of each channel, and the codec of its messages."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from brine.domain.channels.channel import CLOCK_SKEW, message_context
from brine.domain.channels.message import content_of, with_nonce
from brine.service.channels.exchange_problems import (
    CHANNEL_UNKNOWN,
    EXPIRY_MISSING,
    EXPIRY_TOO_FAR,
    MESSAGE_TAMPERED,
    MESSAGE_WRONG_CHANNEL,
    envelope_problem,
)
from brine.service.problems import CONTENT_INVALID, Problem
from brine_codec import CodecError, Expired, Tampered, UnknownKey

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from brine.domain.channels.channel import Channel
    from brine.domain.formats.allowed_types import Types
    from brine.ports.channels import MessageQueue
    from brine_codec import Codec, Info

NONCE_SIZE: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelEndpoint:
    """A channel with its queue. `codec` reads and writes its sealed messages, `types` its messages in other formats."""

    channel: Channel
    queue: MessageQueue
    codec: Codec
    types: Types

    def seal(self, content: object, sender: str, now: float, expires_at: float) -> bytes:
        """Return the envelope of a message that came unsealed. Raises Problem."""
        message = with_nonce(secrets.token_bytes(NONCE_SIZE), content)
        context = message_context(self.channel.name, sender)
        try:
            return self.codec.seal(message, context=context, now=now, expires_at=expires_at)
        except CodecError as error:
            raise envelope_problem(error) from error

    def check(self, envelope: bytes, sender: str, now: float) -> tuple[Info, Any]:
        """Return the verified header and the content of an envelope that may be sent. Raises CodecError and Problem."""
        info = self.peek(envelope, sender, now)
        if not info.expires_at:
            raise Problem(EXPIRY_MISSING)
        if info.expires_at > now + self.channel.retention + CLOCK_SKEW:
            raise Problem(EXPIRY_TOO_FAR, f"this channel keeps messages for {self.channel.retention:.0f} seconds")
        return info, self.open(envelope, sender, now)

    def peek(self, envelope: bytes, sender: str, now: float) -> Info:
        """Return the verified header. Raises CodecError."""
        return self.codec.peek(envelope, context=message_context(self.channel.name, sender), now=now)

    def open(self, envelope: bytes, sender: str, now: float) -> Any:
        """Return the content. Raises CodecError, and Problem for an envelope that holds no message."""
        opened = self.codec.open(envelope, context=message_context(self.channel.name, sender), now=now)
        try:
            return content_of(opened)
        except ValueError as error:
            raise Problem(CONTENT_INVALID, str(error)) from None

    def verify(self, envelope: bytes, sender: str, now: float) -> None:
        """Verify an envelope and its expiry, without reading its content. Raises CodecError."""
        info = self.peek(envelope, sender, now)
        if info.expires_at and not now < info.expires_at:
            raise Expired("the message has expired", info.expires_at)


class ChannelEndpoints:
    """The endpoints of all channels, by name."""

    def __init__(self, endpoints: Mapping[str, ChannelEndpoint]) -> None:
        self._endpoints = endpoints

    def __iter__(self) -> Iterator[ChannelEndpoint]:
        return iter(self._endpoints.values())

    def get(self, name: str) -> ChannelEndpoint:
        """Return the endpoint of the channel with this name. Raises Problem if there is no such channel."""
        try:
            return self._endpoints[name]
        except KeyError:
            raise Problem(CHANNEL_UNKNOWN) from None

    def problem(
        self, error: CodecError, endpoint: ChannelEndpoint, envelope: bytes, sender: str, now: float
    ) -> Problem:
        """Return the problem of an envelope that `endpoint` refuses with `error`. It may belong to another channel."""
        if isinstance(error, Tampered | UnknownKey):
            for other in self:
                if other is not endpoint and _is_sealed_for(other, envelope, sender, now):
                    return Problem(MESSAGE_WRONG_CHANNEL)
        if isinstance(error, Tampered):
            return Problem(MESSAGE_TAMPERED, f"{error} for the channel {endpoint.channel.name} and the sender {sender}")
        return envelope_problem(error)


def _is_sealed_for(endpoint: ChannelEndpoint, envelope: bytes, sender: str, now: float) -> bool:
    try:
        endpoint.peek(envelope, sender, now)
    except CodecError:
        return False
    return True
