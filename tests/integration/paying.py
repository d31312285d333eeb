"""Ways to be answered, refreshed and purged, one after the other, and the AWS bill for each."""

from __future__ import annotations

import random
import re
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.sqs import refresh_message
from brine.bootstrap.gateway import build_gateway, build_purger, build_refresher
from brine.domain.costs.prices import GET, MESSAGE, PUT, READ_UNIT, WRITE_UNIT
from brine.domain.costs.usage import AwsUsage
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request
from brine.ports.billed_calls import current_calls
from brine.ports.deadline import Deadline
from tests.integration.billing import KEYRING, Bill, MeteredClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from brine.domain.costs.usage import BilledCall
    from brine.service.gateway import Gateway
    from brine.service.http_cache.answer import Answer
    from brine.service.purge import Purger
    from tests.support.loopback import Peer

KB = 1000
OBJECTS = {"GetObject": "GET object", "PutObject": "PUT object"}
_RANGE = re.compile(rb"\r\nrange: bytes=([0-9]+)-([0-9]+)\r\n", re.IGNORECASE)
CHANCE = random.Random(5)  # noqa: S311 - no secret: bytes that do not compress
BODIES = {size: CHANCE.randbytes(size * KB) for size in (1, 20, 100)}


@dataclass
class Scene:
    """An origin, and the processes that stand before it. `clock` is theirs."""

    environment: dict[str, str]
    client: MeteredClient
    clock: float = field(default_factory=time.time)
    may_answer: threading.Event = field(default_factory=threading.Event)

    def process(self, sleep: Callable[[float], None] = time.sleep) -> Gateway:
        """A new gateway, with an empty memory."""
        return build_gateway(self.environment, self.client, clock=lambda: self.clock, sleep=sleep)

    def purger(self) -> Purger:
        return replace(build_purger(self.environment, self.client), clock=lambda: self.clock)

    def ask(self, gateway: Gateway, path: str, method: str = "GET", wanted: str | None = None) -> Answer:
        fields = Fields() if wanted is None else Fields([("range", f"bytes={wanted}")])
        request = Request(method=method, path=path, fields=fields)
        return gateway.serve(request, Deadline(time.monotonic() + 20, time.monotonic))

    def cost(self, gateway: Gateway, path: str, result: str, method: str = "GET", wanted: str | None = None) -> Bill:
        """The bill of an answer with this result. `wanted`: only these bytes are requested."""
        self.client.bills.clear()
        with counting() as calls:
            answer = self.ask(gateway, path, method, wanted)
        assert (answer.result, answer.faults) == (result, ())
        bill = self.client.taken()
        assert bill_of(calls) == bill
        return bill

    def warmed(self, sleep: Callable[[float], None] = time.sleep) -> Gateway:
        """A process that has just read the stamps of everything and of the route."""
        gateway = self.process(sleep)
        self.ask(gateway, "/1/warm")
        return gateway

    def converse(self, peer: Peer) -> None:
        """The origin: /SIZE/ANYTHING is a page of that size; ANYTHING selects the rest of its behaviour."""
        while request := peer.read_request():
            target = request.split(b" ", 2)[1].decode()
            size, _, name = target.removeprefix("/").partition("/")
            if name.startswith("held"):
                self.may_answer.wait(20)
            if request.startswith(b"POST"):
                peer.send(b"HTTP/1.1 204 No Content\r\n\r\n")
                continue
            lifetime = "no-store" if name.startswith("private") else "max-age=600"
            body, status = BODIES[int(size)], "200 OK"
            lines = ['etag: "1"']
            if wanted := _RANGE.search(request):
                first, last = int(wanted[1]), int(wanted[2])
                lines.append(f"content-range: bytes {first}-{last}/{len(body)}")
                body, status = body[first : last + 1], "206 Partial Content"
            lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", *lines]
            if name.startswith("stale"):  # the origin has used up the time in which it is fresh
                lifetime = "max-age=10, stale-while-revalidate=60"
                lines.append("age: 12")
            if name.startswith("tagged"):
                lines.append("surrogate-key: menu")
            head = "\r\n".join([*lines, f"cache-control: {lifetime}", "", ""])
            peer.send(head.encode("ascii") + body)


@contextmanager
def counting() -> Iterator[list[BilledCall]]:
    """Count the calls within, as handlers do."""
    calls: list[BilledCall] = []
    token = current_calls.set(calls)
    try:
        yield calls
    finally:
        current_calls.reset(token)


def bill_of(calls: Iterable[BilledCall]) -> Bill:
    """The bill that the product counted, without the keyring. Its price is that of the bill, by docs/costs.md."""
    usage = AwsUsage.of(call for call in calls if call.operation != KEYRING)
    named = {operation: OBJECTS.get(operation, operation) for operation in usage.calls}
    bill = Bill(
        tuple(named[call.operation] for call in calls if call.operation != KEYRING),
        usage.read_units,
        int(usage.write_units),
        usage.calls.get("PutObject", 0),
        usage.calls.get("GetObject", 0),
        usage.calls.get("SendMessage", 0),
    )
    parts = ((bill.read_units, READ_UNIT), (bill.write_units, WRITE_UNIT), (bill.puts, PUT), (bill.gets, GET))
    assert usage.micro_usd == pytest.approx(sum(units * price for units, price in parts) + bill.messages * MESSAGE)
    return bill


def answers(scene: Scene) -> dict[str, Bill]:
    """The bills of hits and misses, in processes that have just read the present purges, except for one."""
    bills: dict[str, Bill] = {}
    for size in BODIES:
        path = f"/{size}/page"
        gateway = scene.warmed()
        bills[f"miss {size} KB"] = scene.cost(gateway, path, "miss")
        bills["memory"] = scene.cost(gateway, path, "hit")
        bills[f"table {size} KB"] = scene.cost(scene.warmed(), path, "hit")
    bills["table, cold"] = scene.cost(scene.process(), "/1/page", "hit")
    gateway = scene.warmed()
    scene.cost(gateway, "/1/page", "hit")
    scene.clock += 2
    bills["memory, purges read"] = scene.cost(gateway, "/1/page", "hit")
    gateway = scene.warmed()
    scene.cost(gateway, "/1/tagged", "miss")
    bills["table, tags"] = scene.cost(scene.warmed(), "/1/tagged", "hit")
    gateway = scene.warmed()
    bills["not stored"] = scene.cost(gateway, "/1/private", "miss")
    bills["not stored, again"] = scene.cost(scene.warmed(), "/1/private", "miss")
    for first in range(0, 100_000, 20_000):  # the bill is that of the last: a part that joins four
        bills["part"] = scene.cost(scene.warmed(), "/100/film", "miss", wanted=f"{first}-{first + 19_999}")
    bills["part, table"] = scene.cost(scene.warmed(), "/100/film", "hit", wanted="0-9999")
    bills["parts, table"] = scene.cost(scene.warmed(), "/100/film", "hit", wanted="30000-49999")
    bills["invalidation"] = scene.cost(scene.warmed(), "/1/page", "pass", "POST")
    return bills


def refreshes(scene: Scene, sqs: Any) -> dict[str, Bill]:
    """The bills of a stale answer, and of its refresh."""
    gateway = scene.warmed()
    scene.cost(gateway, "/1/stale", "miss")
    bills = {
        "stale": scene.cost(gateway, "/1/stale", "stale"),
        "stale, again": scene.cost(gateway, "/1/stale", "stale"),
    }
    [message] = sqs.receive_message(QueueUrl=scene.environment["BRINE_REFRESH_QUEUE"])["Messages"]
    refresher = build_refresher(scene.environment, scene.client, clock=lambda: scene.clock)
    request, deadline = refresh_message.read(message["Body"]), Deadline(time.monotonic() + 20, time.monotonic)
    with counting() as calls:
        assert refresher.refresh(request, deadline).outcome == "refreshed"
    bill = scene.client.taken()
    assert bill_of(calls) == bill
    return {**bills, "refresh": bill}


def following(scene: Scene, polls: int) -> Bill:
    """The bill of a miss that waits for another process's fetch, and looks `polls` times whether it is over."""
    holder, follower = scene.warmed(), scene.warmed(lambda _: pause())
    path = f"/1/held-{polls}"
    scene.may_answer.clear()
    with MeteredClient(scene.client.emulator) as apart:
        holder = build_gateway(scene.environment, apart, clock=holder.clock)
        holding = threading.Thread(target=scene.ask, args=(holder, path))
        holding.start()
        until = time.monotonic() + 20
        while "UpdateItem" not in [call for one in apart.bills for call in one.calls]:
            assert time.monotonic() < until
            time.sleep(0.01)
        pauses = iter(range(polls))

        def pause() -> None:
            if next(pauses) == polls - 1:
                scene.may_answer.set()
                holding.join()

        return scene.cost(follower, path, "collapsed")


def purges(scene: Scene) -> dict[str, Bill]:
    purger = scene.purger()
    scene.ask(scene.warmed(), "/1/purged")
    kinds: dict[str, Callable[[], object]] = {
        "purge tag": lambda: purger.tag("menu"),
        "purge route": lambda: purger.route("shop"),
        "purge everything": purger.everything,
        "purge url": lambda: purger.url("/1/purged"),
    }
    bills = {}
    for name, make in kinds.items():
        scene.client.bills.clear()
        make()
        bills[name] = scene.client.taken()
    return bills


def measure(scene: Scene, sqs: Any) -> dict[str, Bill]:
    """All bills, by their names in docs/costs.md."""
    return {
        **answers(scene),
        **refreshes(scene, sqs),
        "follower, 1 look": following(scene, 1),
        "follower, 3 looks": following(scene, 3),
        **purges(scene),
    }
