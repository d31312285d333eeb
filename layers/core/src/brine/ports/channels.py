"""What the exchange needs from the world outside, as protocols. `adapters/` has one of each, and an in-memory twin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.domain.channels.message import ChannelMessage, ClaimCheck, Delivery
    from brine.domain.channels.single_use import SendInProgress, Sent
    from brine.ports.deadline import Deadline


class MessageQueue(Protocol):
    """One channel's queue: each message is given at least once, in any order. Every method raises StoreError."""

    def send(self, message: ChannelMessage) -> None:
        """Put the message into the queue, which keeps it once this returns. It may be there twice then.

        When StoreError is raised and its `is_undone` is false, the message may be there too.
        """

    def receive(self, *, most: int, wait: int, visibility: int) -> list[Delivery]:
        """Up to `most` messages (1 to 10), nobody else's for `visibility` seconds. One that comes again comes alone.

        When there is none, it waits up to `wait` seconds (0 to 20) for one. A message that was given, and neither
        deleted nor extended in time, is given again, or goes to the dead-letter queue.
        """

    def delete(self, handle: str) -> bool:
        """Remove a message for good. False when the handle is none, or no longer. One round trip."""

    def extend(self, handle: str, visibility: int) -> bool:
        """Keep a message from others for so many seconds from now, as `delete`. 0 gives it back."""

    def within(self, deadline: Deadline) -> MessageQueue:
        """This queue for calls that are over by then."""


@dataclass(frozen=True, slots=True)
class Upload:
    """Where to PUT an object, and the header fields that must go with it."""

    url: str
    headers: Mapping[str, str]


class ClaimStore(Protocol):
    """Envelopes too large for a queue, by channel and claim. Methods that make a round trip raise StoreError."""

    def write(self, channel: str, claim: ClaimCheck, envelope: bytes) -> None:
        """Put the envelope. Doing it twice is doing it once."""

    def read(self, channel: str, claim: ClaimCheck) -> bytes | None:
        """The bytes that lie there, unverified, or None when there are none, or more than the claim's size."""

    def delete(self, channel: str, claim_id: str) -> None:
        """Remove the envelope; no error when there is none."""

    def upload(self, channel: str, claim: ClaimCheck, *, seconds: int) -> Upload:
        """How others can put exactly these bytes there, and nothing else, for so long. No round trip."""

    def download(self, channel: str, claim_id: str, *, seconds: int) -> str:
        """The URL at which others can read what lies there, for so long. No round trip."""

    def within(self, deadline: Deadline) -> ClaimStore:
        """This store for calls that are over by then."""


class SingleUseStore(Protocol):
    """The marks of envelopes (domain.channels.single_use). Every method is one round trip and raises StoreError."""

    def begin(self, key: str, *, owner: str, now: float, until: float, evict_at: int) -> SendInProgress | Sent | None:
        """Mark the envelope as being sent by `owner` until then, atomic among all callers; None when that was done.

        Else who else is sending it, or that it was sent. `evict_at`, in seconds since 1970: the mark may go then.
        """

    def settle(self, key: str, *, owner: str) -> bool:
        """Mark it as sent. False, and nothing changed, when another has begun since."""

    def give_up(self, key: str, *, owner: str) -> None:
        """Let the next one begin at once; no error when another has begun since."""

    def acknowledge(self, key: str, *, evict_at: int) -> None:
        """Mark it as sent and acknowledged, whoever sent it, whether there was a mark or not."""

    def look(self, key: str) -> SendInProgress | Sent | None:
        """The state of the mark after every write that has returned; None when there is no mark."""

    def within(self, deadline: Deadline) -> SingleUseStore:
        """This store for calls that are over by then."""
