"""The exchange's queue and stores in memory: for tests, and for an exchange that nothing needs to outlive."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from brine.domain.channels.message import Delivery
from brine.domain.channels.single_use import SendInProgress, Sent, SingleUseMark
from brine.ports.channels import Upload

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.channels.message import ChannelMessage, ClaimCheck
    from brine.ports.deadline import Deadline


MOST_ATTEMPTS = 10
"""As in template.yaml."""


@dataclass(slots=True)
class Lying:
    """A message in a queue; not to be given before `visible_at`."""

    delivery: Delivery
    visible_at: float = 0.0


class MemoryMessageQueue:
    """The MessageQueue port on a list. `lying` and `dead` may be looked at and changed.

    clock: seconds, also since 1970. wait: called when there is nothing to give, with the seconds that may pass.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        *,
        wait: Callable[[float], object] = lambda _: None,
        most_attempts: int = MOST_ATTEMPTS,
    ) -> None:
        self.lying: list[Lying] = []
        self.dead: list[ChannelMessage | None] = []
        self._clock = clock
        self._wait = wait
        self._most_attempts = most_attempts
        self._number = 0
        self._lock = threading.Lock()

    def send(self, message: ChannelMessage | None) -> None:
        """Put the message at the end. None stands for what is no message of ours."""
        with self._lock:
            self._number += 1
            delivery = Delivery(handle=f"{self._number}/0", message=message, sent_at=self._clock(), attempt=0)
            self.lying.append(Lying(delivery))

    def receive(self, *, most: int, wait: int, visibility: int) -> list[Delivery]:
        """The oldest message alone, if it was given before; else up to `most` that were not, the oldest first."""
        given = self._take(most, visibility)
        if not given and wait:
            self._wait(wait)
            given = self._take(most, visibility)
        return given

    def delete(self, handle: str) -> bool:
        """Remove the message of the last delivery with this handle."""
        with self._lock:
            found = self._find(handle)
            if found is not None:
                self.lying.remove(found)
        return found is not None

    def extend(self, handle: str, visibility: int) -> bool:
        """Keep the message for so long."""
        with self._lock:
            found = self._find(handle)
            if found is not None:
                found.visible_at = self._clock() + visibility
        return found is not None

    def within(self, deadline: Deadline) -> Self:
        """Itself."""
        return self

    def _take(self, most: int, visibility: int) -> list[Delivery]:
        now = self._clock()
        with self._lock:
            ready = [lying for lying in self.lying if lying.visible_at <= now]
            for lying in [lying for lying in ready if lying.delivery.attempt >= self._most_attempts]:
                self.lying.remove(lying)
                ready.remove(lying)
                self.dead.append(lying.delivery.message)
            if ready and ready[0].delivery.attempt:
                given = ready[:1]
            else:
                given = [lying for lying in ready if not lying.delivery.attempt][:most]
            for lying in given:
                delivery = lying.delivery
                attempt = delivery.attempt + 1
                handle = f"{delivery.handle.partition('/')[0]}/{attempt}"
                lying.delivery = replace(delivery, attempt=attempt, handle=handle)
                lying.visible_at = now + visibility
            return [lying.delivery for lying in given]

    def _find(self, handle: str) -> Lying | None:
        """The message that this handle is good for: given, and not yet visible again."""
        now = self._clock()
        return next((one for one in self.lying if one.delivery.handle == handle and one.visible_at > now), None)


class MemoryClaimStore:
    """The ClaimStore port on a dictionary. `objects` may be looked at and changed; URLs are `memory:` and the key."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], bytes] = {}

    def write(self, channel: str, claim: ClaimCheck, envelope: bytes) -> None:
        """Put the envelope."""
        self.objects[channel, claim.id] = envelope

    def read(self, channel: str, claim: ClaimCheck) -> bytes | None:
        """What lies there, unless it is more than expected."""
        envelope = self.objects.get((channel, claim.id))
        return envelope if envelope is not None and len(envelope) <= claim.size else None

    def delete(self, channel: str, claim_id: str) -> None:
        """Remove it; no error when there is nothing."""
        self.objects.pop((channel, claim_id), None)

    def upload(self, channel: str, claim: ClaimCheck, *, seconds: int) -> Upload:
        """Where tests put the object."""
        return Upload(f"memory:{channel}/{claim.id}", {"content-length": str(claim.size)})

    def download(self, channel: str, claim_id: str, *, seconds: int) -> str:
        """Where tests find the object."""
        return f"memory:{channel}/{claim_id}"

    def within(self, deadline: Deadline) -> Self:
        """Itself."""
        return self


class MemorySingleUseStore:
    """The SingleUseStore port on a dictionary. `marks` may be looked at and changed."""

    def __init__(self) -> None:
        self.marks: dict[str, SingleUseMark] = {}
        self._lock = threading.Lock()

    def begin(
        self,
        key: str,
        *,
        owner: str,
        now: float,
        until: float,
        evict_at: int,
    ) -> SendInProgress | Sent | None:
        """Mark it, or say what is in the way."""
        with self._lock:
            mark = self.marks.get(key)
            if mark is not None and mark.blocks(owner, now):
                return mark.state
            self.marks[key] = SingleUseMark(owner=owner, state=SendInProgress(until))
            return None

    def settle(self, key: str, *, owner: str) -> bool:
        """Mark it as sent, or False."""
        with self._lock:
            mark = self.marks.get(key)
            if mark is None or mark.owner != owner:
                return False
            if isinstance(mark.state, SendInProgress):
                self.marks[key] = replace(mark, state=Sent())
            return True

    def give_up(self, key: str, *, owner: str) -> None:
        """Forget the mark, if it is this owner's and nothing was sent."""
        with self._lock:
            mark = self.marks.get(key)
            if mark is not None and mark.owner == owner and isinstance(mark.state, SendInProgress):
                del self.marks[key]

    def acknowledge(self, key: str, *, evict_at: int) -> None:
        """Mark it as sent and acknowledged."""
        with self._lock:
            mark = self.marks.get(key)
            self.marks[key] = SingleUseMark(owner="" if mark is None else mark.owner, state=Sent(acknowledged=True))

    def look(self, key: str) -> SendInProgress | Sent | None:
        """The state of the mark."""
        mark = self.marks.get(key)
        return None if mark is None else mark.state

    def within(self, deadline: Deadline) -> Self:
        """Itself."""
        return self
