"""The protocols of the exchange's outside services. `adapters/` has an AWS and an in-memory implementation of each.

A call with a `deadline` ends by then, or sooner when the adapter's own time budget is shorter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.domain.channels.message import ChannelMessage, ClaimCheck, Delivery
    from brine.domain.channels.single_use import SendInProgress, Sent
    from brine.ports.deadline import Deadline


class MessageQueue(Protocol):
    """The queue of one channel. It delivers each message at least once, in any order. Every method raises StoreError.

    A delivery has a handle, by which its receiver deletes or extends the message.
    """

    def send(self, message: ChannelMessage, *, deadline: Deadline | None = None) -> None:
        """Put the message into the queue, possibly twice. When the method returns, the queue has stored it.

        If StoreError is raised and its `is_undone` is false, the queue may have stored the message too.
        """

    def receive(self, *, most: int, wait: int, visibility: int, deadline: Deadline | None = None) -> list[Delivery]:
        """Return up to `most` messages (1 to 10), and hide them from other receivers for `visibility` seconds.

        An empty queue waits up to `wait` seconds (0 to 20) for a message. A delivered message that is neither deleted
        nor extended in time is delivered again, or goes to the dead-letter queue. A redelivered message comes alone.
        """

    def delete(self, handle: str, *, deadline: Deadline | None = None) -> bool:
        """Remove a message for good. Return False if the handle is invalid or expired. One round trip."""

    def extend(self, handle: str, visibility: int, *, deadline: Deadline | None = None) -> bool:
        """Hide a message for `visibility` seconds from now; 0 makes it visible at once. Return as `delete` does."""


@dataclass(frozen=True, slots=True)
class Upload:
    """The URL to PUT an object to, and the header fields that must go with it."""

    url: str
    headers: Mapping[str, str]


class ClaimStore(Protocol):
    """Envelopes too large for a queue, by channel and claim. Methods that make a round trip raise StoreError."""

    def write(self, channel: str, claim: ClaimCheck, envelope: bytes, *, deadline: Deadline | None = None) -> None:
        """Store the envelope. A repetition has no further effect."""

    def read(self, channel: str, claim: ClaimCheck, *, deadline: Deadline | None = None) -> bytes | None:
        """Return the stored bytes, unverified, or None if there are none, or more than the claim's size."""

    def delete(self, channel: str, claim_id: str, *, deadline: Deadline | None = None) -> None:
        """Remove the envelope. A missing one is no error."""

    def upload(self, channel: str, claim: ClaimCheck, *, seconds: int) -> Upload:
        """Return a presigned request, valid for `seconds`, that stores exactly the claim's bytes. No round trip."""

    def download(self, channel: str, claim_id: str, *, seconds: int) -> str:
        """Return a presigned URL, valid for `seconds`, that returns the stored bytes. No round trip."""


class SingleUseStore(Protocol):
    """The marks of envelopes (domain.channels.single_use). Every method is one round trip and raises StoreError."""

    def begin(
        self, key: str, *, owner: str, now: float, until: float, evict_at: int, deadline: Deadline | None = None
    ) -> SendInProgress | Sent | None:
        """Mark the envelope as being sent by `owner` until `until`, and return None; atomic among all callers.

        If another owner is sending the envelope, or it was sent, return that state and change nothing. The store may
        drop the mark from `evict_at` on, in seconds since 1970.
        """

    def settle(self, key: str, *, owner: str, deadline: Deadline | None = None) -> bool:
        """Mark the envelope as sent. Return False, and change nothing, if another owner has begun since."""

    def give_up(self, key: str, *, owner: str, deadline: Deadline | None = None) -> None:
        """Let the next owner begin at once. It is no error if another owner has begun since."""

    def acknowledge(self, key: str, *, evict_at: int, deadline: Deadline | None = None) -> None:
        """Mark the envelope as sent and acknowledged, for any owner, and even without an earlier mark."""

    def look(self, key: str, *, deadline: Deadline | None = None) -> SendInProgress | Sent | None:
        """Return the state of the mark, strongly consistent, or None if there is no mark."""
