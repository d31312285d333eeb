"""The ports with faults: a call may be refused, fail, be slow, be done twice, lose its answer, or read an old value.

Faults come from a seeded source of randomness, so that a run can be repeated. A process may also be frozen, as Lambda
freezes it after the answer: then no code of it calls a port any more. tests/support/faults/aws.py has the
faults of calls on the wire.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from brine.domain.http.messages import Response
from brine.errors import OriginTimeout, OriginUnreachable, StoreThrottled, StoreUnavailable
from brine.ports.caching import split_lease_key

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from random import Random

    from brine.domain.http.fields import Fields
    from brine.domain.http.messages import Request
    from brine.domain.purging.stamps import Stamp
    from brine.domain.refreshing.request import RefreshRequest
    from brine.domain.routing.origin import OriginAddress
    from brine.ports.caching import (
        BodyStore,
        Ending,
        Held,
        Item,
        ItemStore,
        Lease,
        LeaseStore,
        RefreshQueue,
        StampStore,
    )
    from brine.ports.deadline import Deadline
    from brine.ports.origins import Origin

type Fault = Literal["throttled", "unavailable", "slow", "twice", "lost", "old", "partial", "hangs"]


class Frozen(AssertionError):
    """A call to a port that a frozen process cannot make."""


@dataclass(kw_only=True)
class Faults:
    """The faults of a run. `chances`: of each fault per call, together at most 1; may be set at any time.

    now, advance: the clock, in seconds; a slow call takes `delay` of them, and a replaced value may be read for `lag`
    (DynamoDB's replicas are rarely a second behind). `injected` counts the faults, by call and fault. Threads may
    share it.
    """

    random: Random
    chances: Mapping[Fault, float]
    now: Callable[[], float]
    advance: Callable[[float], None]
    delay: float = 1.0
    lag: float = 1.0
    injected: Counter[tuple[str, Fault]] = field(default_factory=Counter)
    is_frozen: bool = False

    def __post_init__(self) -> None:
        self._lock = threading.Lock()

    def draw(self, call: str, *possible: Fault) -> Fault | None:
        """Return the fault of this call, or None. Faults that are not `possible` for it are left out."""
        if self.is_frozen:
            raise Frozen(f"{call}, after the answer")
        with self._lock:
            spared = max(0.0, 1.0 - sum(self.chances.values()))
            fault = self.random.choices([*self.chances, None], [*self.chances.values(), spared])[0]
            if fault is None or fault not in possible:
                return None
            self.injected[call, fault] += 1
            return fault

    def befall[T](self, call: str, act: Callable[[], T]) -> T:
        """Call a store, with any fault that is drawn for the call."""
        match self.draw(call, "throttled", "unavailable", "slow", "twice", "lost"):
            case "throttled":
                raise StoreThrottled(f"{call}: refused by the test")
            case "unavailable":
                raise StoreUnavailable(f"{call}: failed by the test")
            case "slow":
                self.advance(self.delay)
            case "twice":
                act()
            case "lost":
                act()
                raise StoreUnavailable(f"{call}: done, but the answer was lost by the test")
        return act()


class FaultyItems:
    """An ItemStore with faults. Reads that are not consistent may give the value from before the last write."""

    def __init__(self, inner: ItemStore, faults: Faults) -> None:
        self._inner = inner
        self._faults = faults
        self._before: dict[tuple[str, str], tuple[Item | None, float]] = {}

    def read(self, pk: str, sk: str, *, consistent: bool = False, deadline: Deadline | None = None) -> Item | None:
        before, until = self._before.get((pk, sk), (None, 0.0))
        if not consistent and self._faults.now() < until and self._faults.draw("read item", "old"):
            return before
        return self._faults.befall("read item", lambda: self._inner.read(pk, sk, consistent=consistent))

    def write(self, pk: str, sk: str, item: Item, *, deadline: Deadline | None = None) -> None:
        self.remember(pk, sk)
        self._faults.befall("write item", lambda: self._inner.write(pk, sk, item))

    def remember(self, pk: str, sk: str) -> None:
        """Note the present value before it is replaced."""
        if self._faults.chances.get("old"):
            present = self._inner.read(pk, sk, consistent=True)
            self._before[pk, sk] = (present, self._faults.now() + self._faults.lag)


class FaultyLeases:
    """A LeaseStore with faults. Its commits show in `items` as late as other writes."""

    def __init__(self, inner: LeaseStore, items: FaultyItems, faults: Faults) -> None:
        self._inner = inner
        self._items = items
        self._faults = faults

    def acquire(
        self, pk: str, *, owner: str, now: float, expires_at: float, deadline: Deadline | None = None
    ) -> Lease | Held:
        return self._faults.befall(
            "acquire", lambda: self._inner.acquire(pk, owner=owner, now=now, expires_at=expires_at)
        )

    def commit(self, lease: Lease, sk: str, item: Item, *, deadline: Deadline | None = None) -> bool:
        self._items.remember(split_lease_key(lease.pk)[0], sk)
        return self._faults.befall("commit", lambda: self._inner.commit(lease, sk, item))

    def renew(self, lease: Lease, expires_at: float, *, deadline: Deadline | None = None) -> bool:
        return self._faults.befall("renew", lambda: self._inner.renew(lease, expires_at))

    def release(
        self, lease: Lease, *, ending: Ending = "settled", failure: str = "", deadline: Deadline | None = None
    ) -> None:
        self._faults.befall("release", lambda: self._inner.release(lease, ending=ending, failure=failure))

    def holder(self, pk: str, *, deadline: Deadline | None = None) -> Held | None:
        return self._faults.befall("holder", lambda: self._inner.holder(pk))


class FaultyStamps:
    """A StampStore with faults. Reads may give the value from before the last write of a name."""

    def __init__(self, inner: StampStore, faults: Faults) -> None:
        self._inner = inner
        self._faults = faults
        self._before: dict[str, tuple[Stamp, float]] = {}

    def read(self, names: Collection[str], *, deadline: Deadline | None = None) -> dict[str, Stamp]:
        return self._aged(self._faults.befall("read stamps", lambda: self._inner.read(names)))

    def read_with_item(
        self, names: Collection[str], pk: str, sk: str, *, consistent: bool = False, deadline: Deadline | None = None
    ) -> tuple[Item | None, dict[str, Stamp]]:
        item, stamps = self._faults.befall(
            "read stamps", lambda: self._inner.read_with_item(names, pk, sk, consistent=consistent)
        )
        return item, stamps if consistent else self._aged(stamps)

    def read_with_items(
        self,
        names: Collection[str],
        keys: Collection[tuple[str, str]],
        *,
        consistent: bool = False,
        deadline: Deadline | None = None,
    ) -> tuple[dict[tuple[str, str], Item], dict[str, Stamp]]:
        items, stamps = self._faults.befall(
            "read stamps", lambda: self._inner.read_with_items(names, keys, consistent=consistent)
        )
        return items, stamps if consistent else self._aged(stamps)

    def write(self, name: str, *, at: float, soft: bool = False, deadline: Deadline | None = None) -> Stamp:
        if self._faults.chances.get("old"):
            self._before[name] = (self._inner.read([name])[name], self._faults.now() + self._faults.lag)
        return self._faults.befall("write stamp", lambda: self._inner.write(name, at=at, soft=soft))

    def _aged(self, stamps: dict[str, Stamp]) -> dict[str, Stamp]:
        aged = dict(stamps)
        for name in stamps:
            before, until = self._before.get(name, (None, 0.0))
            if before is not None and self._faults.now() < until and self._faults.draw("read stamps", "old"):
                aged[name] = before
        return aged


class FaultyBodies:
    """A BodyStore with faults."""

    def __init__(self, inner: BodyStore, faults: Faults) -> None:
        self._inner = inner
        self._faults = faults

    def read(self, digest: bytes, size: int, *, deadline: Deadline | None = None) -> bytes | None:
        return self._faults.befall("read body", lambda: self._inner.read(digest, size))

    def write(self, digest: bytes, body: bytes, *, deadline: Deadline | None = None) -> None:
        self._faults.befall("write body", lambda: self._inner.write(digest, body))

    def link(
        self, digest: bytes, size: int, *, seconds: int, fields: Fields, deadline: Deadline | None = None
    ) -> str | None:
        return self._faults.befall("link body", lambda: self._inner.link(digest, size, seconds=seconds, fields=fields))


class FaultyQueue:
    """A RefreshQueue with faults."""

    def __init__(self, inner: RefreshQueue, faults: Faults) -> None:
        self._inner = inner
        self._faults = faults

    def send(self, request: RefreshRequest, *, deadline: Deadline | None = None) -> None:
        self._faults.befall("send", lambda: self._inner.send(request))


class FaultyOrigin:
    """An Origin with faults: throttled is a 503; slow may be too late; lost is a received request without an answer."""

    def __init__(self, inner: Origin, faults: Faults) -> None:
        self._inner = inner
        self._faults = faults

    def fetch(self, origin: OriginAddress, request: Request, deadline: Deadline) -> Response:
        fault = self._faults.draw("fetch", "throttled", "unavailable", "slow", "lost")
        if fault == "throttled":
            return Response(status=503)
        if fault == "unavailable":
            raise OriginUnreachable("made unreachable by the test")
        response = self._inner.fetch(origin, request, deadline)
        if fault == "slow":
            self._faults.advance(self._faults.delay)
        if fault == "lost" or deadline.remaining() <= 0:
            raise OriginTimeout("made late by the test")
        return response
