"""Builds the messages of an answer to a receiver, within the size of an answer."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from brine.domain.channels.message import ClaimCheck, Receipt
from brine.domain.channels.single_use import Sent
from brine.domain.formats import Format, encode
from brine.errors import StoreError
from brine.service.channels.documents import written_time
from brine.service.problems import STORE_UNAVAILABLE, Problem
from brine_codec import CodecError, KeyringUnavailable, TooLarge, Unsupported

if TYPE_CHECKING:
    from brine.domain.channels.message import ChannelMessage, Delivery
    from brine.ports.channels import ClaimStore, SingleUseStore
    from brine.ports.deadline import Deadline
    from brine.service.channels.channel_call import ChannelCall
    from brine.service.channels.tokens import Tokens

ANSWER_LIMIT: Final = 4_500_000
"""Bytes of an answer. Lambda takes 6 MB, and base64 makes bytes a third larger."""
MESSAGE_OVERHEAD: Final = 6_000
"""Bytes of a message at most beside its content: a receipt, a URL, and the other members."""
SHORTEST_URL: Final = 60
"""Seconds for which the URL of a claim is valid at least."""
LONGEST_URL: Final = 3600
"""Seconds for which it is valid at most. A receiver may keep a message longer, but fetches its claim first."""


class Undeliverable(Exception):
    """A message that cannot be delivered. Its argument is a word for the reason."""


class Acknowledged(Exception):
    """A copy of a message that was acknowledged, so that its object in the bucket is deleted."""


@dataclass(slots=True, kw_only=True)
class DeliveryBuilder:
    """Builds the messages of one answer. `room`: the bytes left in the answer. `claims_deadline` ends bucket calls."""

    call: ChannelCall
    form: Format
    visibility: int
    claims: ClaimStore
    claims_deadline: Deadline
    marks: SingleUseStore
    tokens: Tokens
    room: int = ANSWER_LIMIT

    def build(self, delivery: Delivery) -> dict[str, Any]:
        """Return the members of a message. Content that does not fit becomes a claim check.

        Raises Undeliverable, Acknowledged and Problem.
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
        """Return the member `content` or `claim`, and the claim check of the message's object in the bucket."""
        self.room -= MESSAGE_OVERHEAD
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
        claim = claim or self._stored(envelope)
        return {"claim": self._pointer(claim)}, claim

    def _fetched(self, claim: ClaimCheck) -> bytes | None:
        """Return the envelope of a claim check, or None if the receiver must fetch it.

        Raises Undeliverable and Acknowledged.
        """
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
        """Return whether a copy of this message was acknowledged, so that its object is or will soon be deleted."""
        state = None
        with self.call.tolerating("table"):
            state = self.marks.look(self.call.mark_key(claim.id), deadline=self.call.deadline)
        return isinstance(state, Sent) and state.acknowledged

    def _opened(self, envelope: bytes, sender: str) -> tuple[object, int]:
        """Return the content for the answer and its size. The size is too large if the format cannot express it.

        Raises Undeliverable and Problem.
        """
        endpoint, now = self.call.endpoint, self.call.now
        try:
            if self.form is Format.SEALED:
                endpoint.verify(envelope, sender, now)
                return envelope, len(envelope)
            content = endpoint.open(envelope, sender, now)
        except KeyringUnavailable as error:
            raise Problem(STORE_UNAVAILABLE) from error
        except CodecError as error:
            raise Undeliverable(type(error).__name__.lower()) from error
        except Problem:
            raise Undeliverable("malformed") from None
        try:  # nested as in the answer: content that is too deep there would make the whole answer fail
            return content, len(encode(self.form, {"messages": [{"content": content}]}, endpoint.types, len(envelope)))
        except (Unsupported, TooLarge):
            return None, ANSWER_LIMIT + 1

    def _stored(self, envelope: bytes) -> ClaimCheck:
        """Write an envelope of the queue to the bucket. The key is the same at each delivery. Raises Undeliverable."""
        claim = ClaimCheck.of(envelope)
        try:
            self.claims.write(self.call.channel, claim, envelope, deadline=self.claims_deadline)
        except StoreError as error:
            self.call.faults.store_failed("bodies", error)
            raise Undeliverable("undeposited") from error
        return claim

    def _pointer(self, claim: ClaimCheck) -> dict[str, Any]:
        seconds = min(max(self.visibility, SHORTEST_URL), LONGEST_URL)
        url = self.claims.download(self.call.channel, claim.id, seconds=seconds)
        return {"url": url, "size": claim.size, "sha256": claim.digest.hex()}
