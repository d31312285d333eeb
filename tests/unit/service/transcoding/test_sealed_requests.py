"""Envelopes that clients send: the gateway opens them for a principal that IAM has verified, for the method and target,
once.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.memory.channels import MemorySingleUseStore
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request
from brine.ports.deadline import Deadline
from brine_codec import Keyring, Registry
from tests.support.codec.canary import TOUCHED, plain_pickle
from tests.support.faults.channels import FaultyMarks
from tests.support.faults.ports import Faults
from tests.support.gateway.world import START, response
from tests.unit.service.transcoding.test_answers import problem_of
from tests.unit.service.transcoding.world import JSON, ORDER, SEALED, Order, codec, transcoding_world

if TYPE_CHECKING:
    from brine.service.http_cache.answer import Answer
    from tests.support.gateway.world import World

ACCOUNT = "123456789012"
SHOP = f"arn:aws:sts::{ACCOUNT}:assumed-role/shop/session-1"
PLACE = {"method": "POST", "target": "/sealed/orders?x=1", "sender": "role/shop"}
NONCE = b"0123456789abcdef"


@pytest.fixture
def world() -> World:
    return accepting(transcoding_world())


def accepting(world: World) -> World:
    sealed = codec("origins").seal({"ok": True}, context=("response", "/orders?x=1"), now=START)
    world.outcomes["/orders?x=1"] = response(200, sealed, content_type=SEALED)
    return world


def seal(content: Any = ORDER, *, nonce: bytes = NONCE, expires_in: float = 60, **changes: Any) -> bytes:
    """Return an envelope as a client makes it, with these changes."""
    place = {name: changes.pop(name, value) for name, value in PLACE.items()}
    context = ("request", place["method"], place["target"], place["sender"])
    now = changes.pop("now", START)
    expires_at = now + expires_in if expires_in else 0
    return codec("clients", **changes).seal((nonce, content), context=context, now=now, expires_at=expires_at)


def send(world: World, body: bytes, *, arn: str | None = SHOP, method: str = "POST", path: str = "/sealed") -> Answer:
    principal = {} if arn is None else {"iam:user": arn}
    request = Request(
        method=method,
        path=f"{path}/orders",
        query="x=1",
        fields=Fields([("content-type", SEALED), ("accept", JSON)]),
        body=body,
        principal=MappingProxyType(principal),
    )
    return world.gateway.serve(request, Deadline(world.now + 29, lambda: world.now), account=ACCOUNT)


def test_an_envelope_of_a_verified_client_becomes_one_for_the_origin(world: World) -> None:
    answer = send(world, seal())
    assert json.loads(answer.response.body) == {"ok": True}
    (_, request) = world.origin.requests[0]
    assert codec("origins").open(request.body, context=("request", "POST", "/orders?x=1"), now=START) == ORDER


def test_it_may_become_json(world: World) -> None:
    world.outcomes["/orders?x=1"] = response(200, b"", content_type="text/plain")
    envelope = seal([1, 2], target="/json/orders?x=1")
    assert send(world, envelope, path="/json").response.status == 200
    assert world.origin.requests[0][1].body == b"[1,2]"


@pytest.mark.parametrize("arn", [None, "arn:aws:iam::123456789012:group/x"])
def test_an_unverified_client_may_not_send_envelopes(world: World, arn: str | None) -> None:
    answer = send(world, seal(), arn=arn)
    assert (answer.response.status, problem_of(answer)) == (403, "principal-missing")
    assert world.fetched == []


@pytest.mark.parametrize(
    ("changes", "status", "problem", "fault"),
    [
        ({"sender": "role/other"}, 400, "seal-refused", "seal-tampered"),
        ({"method": "PUT"}, 400, "seal-refused", "seal-tampered"),
        ({"target": "/sealed/orders?x=2"}, 400, "seal-refused", "seal-tampered"),
        ({"purpose": "brine origin"}, 400, "seal-refused", "seal-tampered"),
        ({"expires_in": 0}, 400, "seal-refused", "seal-expiry"),
        ({"expires_in": 4_000}, 400, "seal-refused", "seal-expiry"),
        ({"now": START - 100}, 400, "seal-refused", "seal-expired"),
        ({"now": START + 100}, 400, "seal-refused", "seal-premature"),
        (
            {"keyring": Keyring.from_json('{"9": "a key that was retired long ago, and is gone"}')},
            400,
            "seal-refused",
            "seal-unknownkey",
        ),
        ({"nonce": b"short"}, 400, "content-invalid", None),
    ],
)
def test_an_envelope_sealed_for_another_request_is_refused(
    world: World, changes: dict[str, Any], status: int, problem: str, fault: str | None
) -> None:
    answer = send(world, seal(**changes))
    assert (answer.response.status, problem_of(answer)) == (status, problem)
    assert [str(fault) for fault in answer.faults] == ([] if fault is None else [fault])
    assert world.fetched == []


def test_a_class_that_is_not_declared_is_refused(world: World) -> None:
    foreign = Registry()
    foreign.register(Order, name="shop.Other", version=1)
    answer = send(world, seal(registry=foreign))
    assert (answer.response.status, problem_of(answer)) == (400, "type-refused")
    assert world.fetched == []


def test_every_altered_byte_is_seen(world: World) -> None:
    envelope = seal()
    for at in range(len(envelope)):
        altered = envelope[:at] + bytes([envelope[at] ^ 1]) + envelope[at + 1 :]
        assert send(world, altered).response.status == 400
    assert world.fetched == []
    assert send(world, envelope).response.status == 200


@pytest.mark.parametrize("protocol", range(6))
def test_an_unsealed_pickle_is_never_opened(world: World, protocol: int) -> None:
    answer = send(world, plain_pickle(protocol))
    assert (answer.response.status, problem_of(answer)) == (400, "seal-refused")
    assert TOUCHED == []
    assert world.fetched == []


def test_an_envelope_is_used_once(world: World) -> None:
    envelope = seal()
    assert send(world, envelope).response.status == 200
    again = send(world, envelope)
    assert (again.response.status, problem_of(again)) == (409, "request-replayed")
    assert [str(fault) for fault in again.faults] == ["seal-replayed"]
    assert len(world.fetched) == 1
    assert send(world, seal(nonce=b"another nonce...")).response.status == 200


def test_what_was_refused_is_not_used_up(world: World) -> None:
    envelope = seal(ORDER, target="/packed/orders?x=1")
    assert send(world, envelope, path="/packed").response.status == 415  # it has no keys for clients
    marks = MemorySingleUseStore()
    fresh = accepting(transcoding_world(marks))
    assert send(fresh, envelope).response.status == 400
    assert marks.marks == {}


def test_of_many_at_once_one_reaches_the_origin(world: World) -> None:
    envelope, barrier = seal(), Barrier(16)

    def one(_: int) -> int:
        barrier.wait()
        return send(world, envelope).response.status

    with ThreadPoolExecutor(16) as threads:
        statuses = sorted(threads.map(one, range(16)))
    assert statuses == [200, *[409] * 15]
    assert len(world.fetched) == 1


def test_where_the_table_fails_nothing_is_let_through() -> None:
    always = Random(1)  # noqa: S311 - draws faults, keeps no secret
    faults = Faults(random=always, chances={"unavailable": 1.0}, now=lambda: START, advance=lambda _: None)
    world = accepting(transcoding_world(FaultyMarks(MemorySingleUseStore(), faults)))
    answer = send(world, seal())
    assert (answer.response.status, problem_of(answer)) == (503, "store-unavailable")
    assert [str(fault) for fault in answer.faults] == ["table-unavailable"]
    assert world.fetched == []
