"""The ports of the exchange with faults; tests/support/faults/ports.py has the ports of the cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brine.domain.channels.message import ChannelMessage, ClaimCheck, Delivery
    from brine.domain.channels.single_use import SendInProgress, Sent
    from brine.ports.channels import ClaimStore, MessageQueue, SingleUseStore, Upload
    from brine.ports.deadline import Deadline
    from tests.support.faults.ports import Faults


class FaultyMessages:
    """A MessageQueue with faults."""

    def __init__(self, inner: MessageQueue, faults: Faults) -> None:
        self._inner = inner
        self._faults = faults

    def send(self, message: ChannelMessage, *, deadline: Deadline | None = None) -> None:
        self._faults.befall("send", lambda: self._inner.send(message, deadline=deadline))

    def receive(self, *, most: int, wait: int, visibility: int, deadline: Deadline | None = None) -> list[Delivery]:
        return self._faults.befall(
            "receive",
            lambda: self._inner.receive(most=most, wait=wait, visibility=visibility, deadline=deadline),
        )

    def delete(self, handle: str, *, deadline: Deadline | None = None) -> bool:
        return self._faults.befall("delete", lambda: self._inner.delete(handle, deadline=deadline))

    def extend(self, handle: str, visibility: int, *, deadline: Deadline | None = None) -> bool:
        return self._faults.befall("extend", lambda: self._inner.extend(handle, visibility, deadline=deadline))


class FaultyClaims:
    """A ClaimStore with faults."""

    def __init__(self, inner: ClaimStore, faults: Faults) -> None:
        self._inner = inner
        self._faults = faults

    def write(self, channel: str, claim: ClaimCheck, envelope: bytes, *, deadline: Deadline | None = None) -> None:
        self._faults.befall("write claim", lambda: self._inner.write(channel, claim, envelope, deadline=deadline))

    def read(self, channel: str, claim: ClaimCheck, *, deadline: Deadline | None = None) -> bytes | None:
        return self._faults.befall("read claim", lambda: self._inner.read(channel, claim, deadline=deadline))

    def delete(self, channel: str, claim_id: str, *, deadline: Deadline | None = None) -> None:
        self._faults.befall("delete claim", lambda: self._inner.delete(channel, claim_id, deadline=deadline))

    def upload(self, channel: str, claim: ClaimCheck, *, seconds: int) -> Upload:
        return self._inner.upload(channel, claim, seconds=seconds)

    def download(self, channel: str, claim_id: str, *, seconds: int) -> str:
        return self._inner.download(channel, claim_id, seconds=seconds)


class FaultyMarks:
    """A SingleUseStore with faults."""

    def __init__(self, inner: SingleUseStore, faults: Faults) -> None:
        self._inner = inner
        self._faults = faults

    def begin(
        self, key: str, *, owner: str, now: float, until: float, evict_at: int, deadline: Deadline | None = None
    ) -> SendInProgress | Sent | None:
        return self._faults.befall(
            "begin",
            lambda: self._inner.begin(key, owner=owner, now=now, until=until, evict_at=evict_at, deadline=deadline),
        )

    def settle(self, key: str, *, owner: str, deadline: Deadline | None = None) -> bool:
        return self._faults.befall("settle", lambda: self._inner.settle(key, owner=owner, deadline=deadline))

    def give_up(self, key: str, *, owner: str, deadline: Deadline | None = None) -> None:
        self._faults.befall("give up", lambda: self._inner.give_up(key, owner=owner, deadline=deadline))

    def acknowledge(self, key: str, *, evict_at: int, deadline: Deadline | None = None) -> None:
        self._faults.befall("acknowledge", lambda: self._inner.acknowledge(key, evict_at=evict_at, deadline=deadline))

    def look(self, key: str, *, deadline: Deadline | None = None) -> SendInProgress | Sent | None:
        return self._faults.befall("look", lambda: self._inner.look(key, deadline=deadline))
