"""Delivering: what the queue gives becomes what a receiver gets, within the size of an answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from brine.domain.channels.message import ClaimCheck
from brine.domain.channels.receipt import Receipt
from brine.domain.channels.single_use import Sent, single_use_key
from brine.domain.formats import Format, encode
from brine.errors import StoreError
from brine.service.channels.documents import written_time
from brine.service.channels.problems import Refusal
from brine.service.problems import STORE_UNAVAILABLE
from brine_codec import CodecError, KeyringUnavailable, TooLarge, Unsupported

if TYPE_CHECKING:
    from brine.domain.channels.message import ChannelMessage, Delivery
    from brine.ports.channels import ClaimStore, SingleUseStore
    from brine.ports.deadline import Deadline
    from brine.service.channels.call import Call
    from brine.service.channels.tokens import Tokens

ANSWER_LIMIT: Final = 4_500_000
"""Bytes of an answer. Lambda takes 6 MB, in which bytes take a third more."""
FRAME: Final = 6_000
"""Bytes that a message takes at most beside its content: a receipt, a URL, and the rest."""
SHORTEST_URL: Final = 60
"""Seconds for which the URL of a claim is good at least."""
LONGEST_URL: Final = 3600
"""Seconds for which it is good at most: a receiver may keep a message for longer, but fetches its claim first."""


class Undeliverable(Exception):
    """A message that cannot be given. Its argument says why, in a word."""


class Acknowledged(Exception):
    """A copy of a message that a receiver has acknowledged, so that its object in the bucket is gone."""


@dataclass(slots=True, kw_only=True)
class Delivering:
    """One answer in the making. `room`: the bytes that are left of it."""

    call: Call
    form: Format
    visibility: int
    claims: ClaimStore
    claims_deadline: Deadline
    marks: SingleUseStore
    tokens: Tokens
    room: int = field(default=ANSWER_LIMIT)

    def give(self, delivery: Delivery) -> dict[str, Any]:
        """The members of a message. What does not fit is given as a claim.

        Raises Undeliverable, Acknowledged, and Refusal.
        """
        message = delivery.message
        if message is None:
            raise Undeliverable("malformed")
        call = self.call
        if not call.now < message.expires_at:
            raise Undeliverable("expired")
        content, claim = self._content(message)
        receipt = Receipt(message.id, delivery.handle, claim is not None)
        return {
            "id": message.id,
            "receipt": self.tokens.receipt(
                receipt, call.channel, call.principal, now=call.now, expires_at=call.now + self.visibility
            ),
            "sender": message.sender,
            "sent_at": written_time(delivery.sent_at),
            "expires_at": written_time(message.expires_at),
            "attempt": delivery.attempt,
            **content,
        }

    def _content(self, message: ChannelMessage) -> tuple[dict[str, Any], ClaimCheck | None]:
        """`content`, or `claim`; and the object in the bucket that goes with the message."""
        self.room -= FRAME
        envelope = message.envelope
        claim: ClaimCheck | None = None
        if isinstance(envelope, ClaimCheck):
            claim = envelope
            fetched = self._fetched(claim)
            if fetched is None:
                return {"claim": self._pointer(claim)}, claim
            envelope = fetched
        content, size = self._opened(envelope, message.sender)
        if size <= self.room:
            self.room -= size
            return {"content": content}, claim
        claim = claim or self._deposited(envelope)
        return {"claim": self._pointer(claim)}, claim

    def _fetched(self, claim: ClaimCheck) -> bytes | None:
        """The envelope of a claim, unless the receiver better fetches it. Raises Undeliverable, and Acknowledged."""
        if self.form is Format.SEALED or claim.size > self.room:
            if self._is_acknowledged(claim):
                raise Acknowledged
            return None
        try:
            envelope = self.claims.read(self.call.channel, claim, deadline=self.claims_deadline)
        except StoreError as error:
            self.call.faults.store_failed("bodies", error)
            return None
        if envelope is None:
            raise Acknowledged if self._is_acknowledged(claim) else Undeliverable("missing")
        if sha256(envelope).digest() != claim.digest:
            raise Undeliverable("altered")
        return envelope

    def _is_acknowledged(self, claim: ClaimCheck) -> bool:
        """Whether a receiver has acknowledged a copy of this message, so that its object is gone, or soon is."""
        try:
            key = single_use_key("channel", self.call.channel, claim.id)
            state = self.marks.look(key, deadline=self.call.deadline)
        except StoreError as error:
            self.call.faults.store_failed("table", error)
            return False
        return isinstance(state, Sent) and state.acknowledged

    def _opened(self, envelope: bytes, sender: str) -> tuple[object, int]:
        """The content as it is given, and the bytes that it takes: too many, where it cannot be written in the format.

        Raises Undeliverable, and Refusal.
        """
        end, now = self.call.end, self.call.now
        try:
            if self.form is Format.SEALED:
                end.verify(envelope, sender, now)
                return envelope, len(envelope)
            content = end.open(envelope, sender, now)
        except KeyringUnavailable as error:
            raise Refusal(STORE_UNAVAILABLE) from error
        except CodecError as error:
            raise Undeliverable(type(error).__name__.lower()) from error
        except Refusal:
            raise Undeliverable("malformed") from None
        try:  # as deep as it lies in the answer: what is too deep there would take the other messages with it
            return content, len(encode(self.form, {"messages": [{"content": content}]}, end.types, len(envelope)))
        except (Unsupported, TooLarge):
            return None, ANSWER_LIMIT + 1

    def _deposited(self, envelope: bytes) -> ClaimCheck:
        """Put what came inline into the bucket, at each delivery to the same place. Raises Undeliverable."""
        claim = ClaimCheck.of(envelope)
        try:
            self.claims.write(self.call.channel, claim, envelope, deadline=self.claims_deadline)
        except StoreError as error:
            self.call.faults.store_failed("bodies", error)
            raise Undeliverable("undeposited") from error
        return claim

    def _pointer(self, claim: ClaimCheck) -> dict[str, Any]:
        call = self.call
        seconds = min(max(self.visibility, SHORTEST_URL), LONGEST_URL)
        return {
            "url": self.claims.download(call.channel, claim.id, seconds=seconds),
            "size": claim.size,
            "sha256": claim.digest.hex(),
        }
