"""Messages that do not verify: the exchange skips and counts them, and SQS moves them to the dead letters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.adapters.memory.channels import MOST_ATTEMPTS
from brine.domain.channels.message import ChannelMessage, ClaimCheck
from tests.support.codec.canary import TOUCHED, plain_pickle
from tests.unit.service.channels.test_refusals import RETIRED, altered, gadget, no_nonce
from tests.unit.service.channels.world import ORDERS_KEYS, SEALED, START, Stranger, sender_codec

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.service.channels.world import World

FAR = int(START) + 3_000
POISON: dict[str, tuple[Callable[[World], ChannelMessage | None], str, str]] = {
    "no message": (lambda _: None, "malformed", "malformed"),
    "a plain pickle": (lambda _: poison(plain_pickle()), "malformed", "malformed"),
    "altered": (lambda w: poison(altered(w.sealed())), "tampered", "tampered"),
    "of another sender": (lambda w: poison(w.sealed(sender="user/other")), "tampered", "tampered"),
    "expired": (lambda w: poison(w.sealed(expires_in=-1.0, now=START - 9), int(START) - 10), "expired", "expired"),
    "expired, and said to be good": (lambda w: poison(w.sealed(expires_in=5, now=START - 9)), "expired", "expired"),
    "retired": (lambda w: poison(w.sealed(codec=sender_codec(RETIRED))), "unknownkey", "unknownkey"),
    "a stranger": (
        lambda w: poison(w.sealed(Stranger("x"), codec=sender_codec(ORDERS_KEYS, Stranger))),
        "schemamiss",
        "",
    ),
    "a gadget": (lambda w: poison(gadget(w)), "forbidden", ""),
    "no nonce": (lambda w: poison(no_nonce(w)), "malformed", ""),
}


def test_a_pickle_in_the_bucket_reaches_no_unpickler(world: World) -> None:
    """Even if the message in the queue names it."""
    pickled = plain_pickle()
    claim = ClaimCheck.of(pickled)
    world.claims.write("orders", claim, pickled)
    world.lying.send(ChannelMessage("user/producer", FAR, claim))
    reply = world.receive("visibility=1")
    assert (reply.status, reply.answer.undeliverable, TOUCHED) == (204, ("malformed",), [])


def poison(envelope: bytes, expires_at: int = FAR) -> ChannelMessage:
    return ChannelMessage("user/producer", expires_at, envelope)


@pytest.mark.parametrize("how", POISON)
@pytest.mark.parametrize("accept", ["application/json", SEALED])
def test_poison_goes_to_the_dead_letters_and_the_rest_is_delivered(world: World, how: str, accept: str) -> None:
    make, plain, sealed = POISON[how]
    why = sealed if accept == SEALED else plain
    message = make(world)
    world.send(world.sealed("before"))
    world.lying.send(message)
    world.send(world.sealed("after"))
    reply = world.receive("visibility=1", accept=accept)
    assert reply.answer.delivered == (2 if why else 3), "what verifies is for the receiver to open, if it is sealed"
    assert reply.answer.undeliverable == ((why,) if why else ())
    if why:
        for _ in range(3 * MOST_ATTEMPTS):
            world.now += 1
            world.receive("visibility=1", accept=accept)
        assert message in world.lying.dead
    assert TOUCHED == []
