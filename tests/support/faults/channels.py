"""The ports of the exchange with faults, as tests/support/faults/ports.py has those of the cache."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from brine.domain.channels.message import ChannelMessage, ClaimCheck, Delivery
    from brine.domain.channels.single_use import Sending, Sent
    from brine.ports.channels import ClaimStore, MessageQueue, SingleUseStore, Upload
    from brine.ports.deadline import Deadline
    from tests.support.faults.ports import Faults


class FaultyMessages:
    """A MessageQueue with faults."""

    def __init__(self, inner: MessageQueue, faults: Faults) -> None:
        self._inner = inner
        self._faults = faults

    def send(self, message: ChannelMessage) -> None:
        self._faults.befall("send", lambda: self._inner.send(message))

    def receive(self, *, most: int, wait: int, visibility: int) -> list[Delivery]:
        return self._faults.befall("receive", lambda: self._inner.receive(most=most, wait=wait, visibility=visibility))

    def delete(self, handle: str) -> bool:
        return self._faults.befall("delete", lambda: self._inner.delete(handle))

    def extend(self, handle: str, visibility: int) -> bool:
        return self._faults.befall("extend", lambda: self._inner.extend(handle, visibility))

    def within(self, deadline: Deadline) -> Self:
        return self


class FaultyClaims:
    """A ClaimStore with faults."""

    def __init__(self, inner: ClaimStore, faults: Faults) -> None:
        self._inner = inner
        self._faults = faults

    def write(self, channel: str, claim: ClaimCheck, envelope: bytes) -> None:
        self._faults.befall("write claim", lambda: self._inner.write(channel, claim, envelope))

    def read(self, channel: str, claim: ClaimCheck) -> bytes | None:
        return self._faults.befall("read claim", lambda: self._inner.read(channel, claim))

    def delete(self, channel: str, claim_id: str) -> None:
        self._faults.befall("delete claim", lambda: self._inner.delete(channel, claim_id))

    def upload(self, channel: str, claim: ClaimCheck, *, seconds: int) -> Upload:
        return self._inner.upload(channel, claim, seconds=seconds)

    def download(self, channel: str, claim_id: str, *, seconds: int) -> str:
        return self._inner.download(channel, claim_id, seconds=seconds)

    def within(self, deadline: Deadline) -> Self:
        return self


class FaultyMarks:
    """A SingleUseStore with faults."""

    def __init__(self, inner: SingleUseStore, faults: Faults) -> None:
        self._inner = inner
        self._faults = faults

    def begin(self, key: str, *, owner: str, now: float, until: float, evict_at: int) -> Sending | Sent | None:
        return self._faults.befall(
            "begin", lambda: self._inner.begin(key, owner=owner, now=now, until=until, evict_at=evict_at)
        )

    def settle(self, key: str, *, owner: str) -> bool:
        return self._faults.befall("settle", lambda: self._inner.settle(key, owner=owner))

    def give_up(self, key: str, *, owner: str) -> None:
        self._faults.befall("give up", lambda: self._inner.give_up(key, owner=owner))

    def acknowledge(self, key: str, *, evict_at: int) -> None:
        self._faults.befall("acknowledge", lambda: self._inner.acknowledge(key, evict_at=evict_at))

    def look(self, key: str) -> Sending | Sent | None:
        return self._faults.befall("look", lambda: self._inner.look(key))

    def within(self, deadline: Deadline) -> Self:
        return self
