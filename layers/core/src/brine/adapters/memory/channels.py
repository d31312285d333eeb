"""The exchange's queue and stores in memory: for tests, and for an exchange that need not survive its process."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from brine.domain.channels.message import Delivery
from brine.domain.channels.single_use import SendInProgress, Sent, SingleUseMark
from brine.ports.channels import Upload

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.channels.message import ChannelMessage, ClaimCheck
    from brine.ports.deadline import Deadline


MOST_ATTEMPTS = 10
"""The number of deliveries before a message goes to the dead-letter queue, as in template.yaml."""


@dataclass(slots=True)
class QueuedMessage:
    """A message in a queue, hidden from receivers until `visible_at`."""

    delivery: Delivery
    visible_at: float = 0.0


class MemoryMessageQueue:
    """The MessageQueue port on a list. Tests may read and change `messages` and `dead`.

    clock: returns seconds since 1970. wait: called for an empty queue, with the seconds that it may wait.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        *,
        wait: Callable[[float], object] = lambda _: None,
        most_attempts: int = MOST_ATTEMPTS,
    ) -> None:
        self.messages: list[QueuedMessage] = []
        self.dead: list[ChannelMessage | None] = []
        self._clock = clock
        self._wait = wait
        self._most_attempts = most_attempts
        self._number = 0
        self._lock = threading.Lock()

    def send(self, message: ChannelMessage | None, *, deadline: Deadline | None = None) -> None:
        """Append the message. None stands for a message that the exchange cannot read."""
        with self._lock:
            self._number += 1
            delivery = Delivery(handle=f"{self._number}/0", message=message, sent_at=self._clock(), attempt=0)
            self.messages.append(QueuedMessage(delivery))

    def receive(self, *, most: int, wait: int, visibility: int, deadline: Deadline | None = None) -> list[Delivery]:
        """Return the oldest message alone if it was delivered before, else up to `most` new ones, the oldest first."""
        deliveries = self._take(most, visibility)
        if not deliveries and wait:
            self._wait(wait)
            deliveries = self._take(most, visibility)
        return deliveries

    def delete(self, handle: str, *, deadline: Deadline | None = None) -> bool:
        """Remove the message with this handle of its last delivery. Return whether there is one."""
        with self._lock:
            found = self._find(handle)
            if found is not None:
                self.messages.remove(found)
        return found is not None

    def extend(self, handle: str, visibility: int, *, deadline: Deadline | None = None) -> bool:
        """Hide the message for `visibility` seconds from now. Return whether there is one."""
        with self._lock:
            found = self._find(handle)
            if found is not None:
                found.visible_at = self._clock() + visibility
        return found is not None

    def _take(self, most: int, visibility: int) -> list[Delivery]:
        now = self._clock()
        with self._lock:
            ready = [queued for queued in self.messages if queued.visible_at <= now]
            for queued in [queued for queued in ready if queued.delivery.attempt >= self._most_attempts]:
                self.messages.remove(queued)
                ready.remove(queued)
                self.dead.append(queued.delivery.message)
            if ready and ready[0].delivery.attempt:
                taken = ready[:1]
            else:
                taken = [queued for queued in ready if not queued.delivery.attempt][:most]
            for queued in taken:
                delivery = queued.delivery
                attempt = delivery.attempt + 1
                handle = f"{delivery.handle.partition('/')[0]}/{attempt}"
                queued.delivery = replace(delivery, attempt=attempt, handle=handle)
                queued.visible_at = now + visibility
            return [queued.delivery for queued in taken]

    def _find(self, handle: str) -> QueuedMessage | None:
        """Return the message for which this handle is valid: delivered, and still hidden."""
        now = self._clock()
        return next((one for one in self.messages if one.delivery.handle == handle and one.visible_at > now), None)


class MemoryClaimStore:
    """The ClaimStore port on a dictionary. Tests may read and change `objects`. URLs are `memory:` and the key."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], bytes] = {}

    def write(self, channel: str, claim: ClaimCheck, envelope: bytes, *, deadline: Deadline | None = None) -> None:
        """Store the envelope."""
        self.objects[channel, claim.id] = envelope

    def read(self, channel: str, claim: ClaimCheck, *, deadline: Deadline | None = None) -> bytes | None:
        """Return the stored bytes, or None if there are none, or more than the claim's size."""
        envelope = self.objects.get((channel, claim.id))
        return envelope if envelope is not None and len(envelope) <= claim.size else None

    def delete(self, channel: str, claim_id: str, *, deadline: Deadline | None = None) -> None:
        """Remove the envelope. A missing one is no error."""
        self.objects.pop((channel, claim_id), None)

    def upload(self, channel: str, claim: ClaimCheck, *, seconds: int) -> Upload:
        """Return the URL under which tests store the object."""
        return Upload(f"memory:{channel}/{claim.id}", {"content-length": str(claim.size)})

    def download(self, channel: str, claim_id: str, *, seconds: int) -> str:
        """Return the URL under which tests find the object."""
        return f"memory:{channel}/{claim_id}"


class MemorySingleUseStore:
    """The SingleUseStore port on a dictionary. Tests may read and change `marks`."""

    def __init__(self) -> None:
        self.marks: dict[str, SingleUseMark] = {}
        self._lock = threading.Lock()

    def begin(
        self, key: str, *, owner: str, now: float, until: float, evict_at: int, deadline: Deadline | None = None
    ) -> SendInProgress | Sent | None:
        """Mark the envelope and return None, or return the state that prevents it."""
        with self._lock:
            mark = self.marks.get(key)
            if mark is not None and mark.blocks(owner, now):
                return mark.state
            self.marks[key] = SingleUseMark(owner=owner, state=SendInProgress(until))
            return None

    def settle(self, key: str, *, owner: str, deadline: Deadline | None = None) -> bool:
        """Mark the envelope as sent. Return False if the mark is not this owner's."""
        with self._lock:
            mark = self.marks.get(key)
            if mark is None or mark.owner != owner:
                return False
            if isinstance(mark.state, SendInProgress):
                self.marks[key] = replace(mark, state=Sent())
            return True

    def give_up(self, key: str, *, owner: str, deadline: Deadline | None = None) -> None:
        """Remove the mark if it is this owner's and the envelope was not sent."""
        with self._lock:
            mark = self.marks.get(key)
            if mark is not None and mark.owner == owner and isinstance(mark.state, SendInProgress):
                del self.marks[key]

    def acknowledge(self, key: str, *, evict_at: int, deadline: Deadline | None = None) -> None:
        """Mark the envelope as sent and acknowledged."""
        with self._lock:
            mark = self.marks.get(key)
            self.marks[key] = SingleUseMark(owner="" if mark is None else mark.owner, state=Sent(acknowledged=True))

    def look(self, key: str, *, deadline: Deadline | None = None) -> SendInProgress | Sent | None:
        """Return the state of the mark, or None."""
        mark = self.marks.get(key)
        return None if mark is None else mark.state
