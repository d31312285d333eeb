"""Delivery at least once, wherever a process dies: no message is lost, and the bucket keeps an object until after its
message is gone.
"""

from __future__ import annotations

import json
import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.memory.channels import MemoryClaimStore, MemorySingleUseStore
from brine.domain.channels.single_use import SendInProgress, Sent
from brine.errors import StoreThrottled, StoreUnavailable
from brine.service.channels.sender import CLAIM_TYPE, INLINE_LIMIT, SENDING_LIMIT
from brine.service.flights.leasing import LEASE_MARGIN
from tests.support.faults.channels import FaultyClaims, FaultyMarks, FaultyMessages
from tests.support.faults.ports import Faults
from tests.unit.service.channels.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

LARGE = secrets.token_hex(INLINE_LIMIT)
SECONDS = 29.0  # the deadline of each call in the tests


class Death(BaseException):
    """The process ends here."""


def dying(*_: object, **__: object) -> Any:
    raise Death


def after(act: Callable[..., Any], error: BaseException) -> Callable[..., Any]:
    """Call the function, and then fail."""

    def acting(*arguments: Any, **named: Any) -> Any:
        act(*arguments, **named)
        raise error

    return acting


def test_after_a_crash_before_the_queue_has_it_a_later_attempt_sends_the_message(world: World) -> None:
    envelope = world.sealed()
    send, world.lying.send = world.lying.send, dying  # type: ignore[method-assign]
    with pytest.raises(Death):
        world.send(envelope)
    world.lying.send = send  # type: ignore[method-assign]
    early = world.send(envelope)
    assert (early.status, early.problem) == (409, "message-being-sent")
    assert early.fields.get("retry-after") == str(int(SENDING_LIMIT + LEASE_MARGIN))
    world.now += SENDING_LIMIT + LEASE_MARGIN
    assert world.send(envelope).status == 202
    assert world.waiting == 1


def test_a_crash_after_the_queue_has_it_may_cause_a_copy_but_no_loss(world: World) -> None:
    envelope = world.sealed()
    settle, world.marks.settle = world.marks.settle, dying
    with pytest.raises(Death):
        world.send(envelope)
    world.marks.settle = settle
    assert world.waiting == 1
    assert world.send(envelope).problem == "message-being-sent"
    world.now += SENDING_LIMIT + LEASE_MARGIN
    sent = world.send(envelope)
    assert sent.status == 202
    assert world.waiting == 2
    assert world.send(envelope).json == sent.json
    assert {message["id"] for message in world.received()} == {sent.json["id"]}


def test_a_zombie_does_not_overwrite_what_its_successor_sent(world: World) -> None:
    envelope = world.sealed()
    settle = world.marks.settle
    ids: list[str] = []

    def late(key: str, *, owner: str, **_: Any) -> bool:
        world.marks.settle = settle
        world.now += SENDING_LIMIT + LEASE_MARGIN
        ids.append(world.send(envelope).json["id"])
        done: bool = settle(key, owner=owner)
        assert not done
        return done

    world.marks.settle = late
    zombie = world.send(envelope)
    assert zombie.status == 202
    (mark,) = world.marks.marks.values()
    assert mark.state == Sent()
    assert world.send(envelope).json["id"] == ids[0] == zombie.json["id"]


def test_a_queue_that_says_no_leaves_it_with_the_sender_who_may_try_at_once(world: World) -> None:
    envelope = world.sealed(LARGE)
    send = world.lying.send
    world.lying.send = after(lambda _, **__: None, StoreThrottled("no"))  # type: ignore[method-assign]
    refused = world.send(envelope)
    assert (refused.status, refused.problem, refused.fields.get("retry-after")) == (503, "queue-unavailable", "1")
    assert [str(fault) for fault in refused.answer.faults] == ["queue-throttled"]
    world.lying.send = send  # type: ignore[method-assign]
    assert world.send(envelope).status == 202
    assert world.waiting == 1


@pytest.mark.parametrize("content", ["small", LARGE])
def test_while_it_is_not_known_whether_the_queue_has_it_nobody_sends_it_again(world: World, content: str) -> None:
    envelope = world.sealed(content)
    send = world.lying.send
    world.lying.send = after(send, StoreUnavailable("answer lost"))  # type: ignore[method-assign]
    assert world.send(envelope).problem == "queue-unavailable"
    world.lying.send = send  # type: ignore[method-assign]
    refusals = [world.send(envelope) for _ in range(16)]
    assert {refusal.problem for refusal in refusals} == {"message-being-sent"}
    busy = refusals[-1]
    world.now += float(busy.fields.get("retry-after") or 0)
    sent = world.send(envelope)
    assert sent.status == 202
    assert world.waiting == 2
    copies = [world.received() for _ in range(2)]
    assert {message["id"] for batch in copies for message in batch} == {sent.json["id"]}


@pytest.mark.parametrize("call", ["begin", "settle", "give_up"])
def test_a_table_that_fails_loses_nothing(world: World, call: str) -> None:
    envelope = world.sealed()
    setattr(world.marks, call, after(lambda *_, **__: None, StoreUnavailable("down")))
    if call == "give_up":
        world.lying.send = after(lambda _, **__: None, StoreThrottled("no"))  # type: ignore[method-assign]
    reply = world.send(envelope)
    expected = {"begin": (503, 0), "settle": (202, 1), "give_up": (503, 0)}
    assert (reply.status, world.waiting) == expected[call]
    assert "table-unavailable" in [str(fault) for fault in reply.answer.faults]


def test_a_bucket_that_does_not_take_it_leaves_it_with_the_sender(world: World) -> None:
    world.claims.write = after(lambda *_, **__: None, StoreUnavailable("down"))
    envelope = world.sealed(LARGE)
    assert world.send(envelope).problem == "store-unavailable"
    world.claims = MemoryClaimStore()
    world.restart()
    assert world.send(envelope).status == 202


def test_the_object_goes_only_after_the_message(world: World) -> None:
    world.send(world.sealed(LARGE))
    (message,) = world.received()
    delete = world.lying.delete
    world.lying.delete = after(lambda _, **__: None, StoreUnavailable("down"))  # type: ignore[method-assign]
    assert world.acknowledge(message["receipt"]).problem == "queue-unavailable"
    assert (world.waiting, len(world.claims.objects)) == (1, 1)
    world.lying.delete = delete  # type: ignore[method-assign]

    remove, world.claims.delete = world.claims.delete, dying
    with pytest.raises(Death):
        world.acknowledge(message["receipt"])
    assert (world.waiting, len(world.claims.objects)) == (0, 1), "left to the lifecycle rule"
    world.claims.delete = remove


def test_an_object_that_cannot_be_removed_is_a_fault_of_an_acknowledgement_that_went_well(world: World) -> None:
    world.send(world.sealed(LARGE))
    (message,) = world.received()
    world.claims.delete = after(lambda *_, **__: None, StoreUnavailable("down"))
    done = world.acknowledge(message["receipt"])
    assert (done.status, [str(fault) for fault in done.answer.faults]) == (204, ["bodies-unavailable"])


def test_of_many_that_post_an_envelope_at_once_one_sends_it(world: World) -> None:
    envelope = world.sealed()
    barrier = threading.Barrier(50)

    def post(_: int) -> str:
        barrier.wait()
        reply = world.send(envelope)
        return reply.answer.result if reply.status == 202 else reply.problem

    with ThreadPoolExecutor(50) as threads:
        results = list(threads.map(post, range(50)))
    assert results.count("sent") == 1
    assert set(results) <= {"sent", "repeated", "message-being-sent"}
    assert world.waiting == 1


@pytest.mark.parametrize("seed", range(12))
def test_with_faults_everywhere_what_was_accepted_is_received(seed: int) -> None:
    clock = World()
    faults = Faults(
        random=Random(seed),  # noqa: S311 - faults need no secrecy
        chances={"throttled": 0.08, "unavailable": 0.08, "twice": 0.05, "lost": 0.08},
        now=lambda: clock.now,
        advance=lambda _: None,
    )
    clock.lying._most_attempts = 1_000
    world = World(
        queue=FaultyMessages(clock.lying, faults),
        marks=FaultyMarks(MemorySingleUseStore(), faults),
        claims=FaultyClaims(MemoryClaimStore(), faults),
    )
    sizes = [10, 10, INLINE_LIMIT]
    ids: set[str] = set()
    expected = {f"{number}-" + secrets.token_hex(size) for number, size in enumerate(sizes * 3)}
    for content in sorted(expected):
        envelope = world.sealed(content, expires_in=3_000)
        for _ in range(100):
            reply = world.send(envelope)
            if reply.status == 202:
                ids.add(reply.json["id"])
                break
            world.now += 40
            clock.now = world.now
        else:
            pytest.fail("never accepted")
    seen: set[str] = set()
    received: set[str] = set()
    for _ in range(600):
        reply = world.receive("visibility=5")
        for message in reply.json["messages"] if reply.status == 200 else []:
            received.add(message["id"])
            if "content" in message:
                seen.add(message["content"])
                world.acknowledge(message["receipt"])
        world.now += 5
        clock.now = world.now
        if not clock.waiting:
            break
    assert seen == expected
    assert received == ids
    assert clock.lying.dead == []
    assert faults.injected.total() > 10


@pytest.mark.parametrize("taken", [5, 20, 25])
def test_a_mark_outlives_whoever_may_still_be_sending_however_long_checking_took(world: World, taken: float) -> None:
    began = world.now
    envelope = world.sealed()

    def slow(*_: object, **__: object) -> bytes | None:
        world.now += taken
        return envelope

    world.claims.read = slow
    place = world.ask(
        "POST", "/exchange/orders/uploads", {"size": len(envelope), "sha256": sha256(envelope).hexdigest()}
    )
    world.lying.send = dying  # type: ignore[method-assign]
    body = json.dumps({"claim": place.json["claim"]}).encode()
    with pytest.raises(Death):
        world.ask("POST", body=body, content_type=CLAIM_TYPE)
    (mark,) = world.marks.marks.values()
    assert isinstance(mark.state, SendInProgress)
    assert mark.state.until == min(began + taken + SENDING_LIMIT, began + SECONDS) + LEASE_MARGIN
