"""Graph streams: they are read without the gate, but no opcode may change objects of the process."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

import pytest

from brine_codec import Codec, Forbidden, Registry, Undecodable
from brine_codec.classes.vocabulary import Vocabulary
from brine_codec.gate import graph
from brine_codec.pickling.writer import GraphWriter
from tests.attacks.attack import Attack
from tests.support.codec.samples import NOW, codec, keyring, order, registry


class Mood(enum.Enum):
    GOOD = "good"


def own_codec() -> Codec:
    known = Registry()
    known.register(Mood, version=1)
    return Codec(keyring(), purpose="attack", registry=known, gate=False)


def kept(text: str) -> bytes:
    return b"\x8c" + bytes([len(text)]) + text.encode() + b"\x94"


def call(function: bytes, argument: bytes) -> bytes:
    return function + argument + b"\x85\x94R\x94"


MEMBER = call(call(kept("brine_codec") + kept("rebuild") + b"\x93\x94", kept("Mood@1")), kept("GOOD"))
STATES = {
    "a dict": b"}\x94(" + kept("_value_") + kept("evil") + b"u",
    "a dict of slots": b"N}\x94(" + kept("extra") + kept("evil") + b"u\x86\x94",
}


@pytest.mark.parametrize("name", STATES)
def test_a_member_of_an_enum_is_not_changed_for_the_process(name: str) -> None:
    attack = Attack("build", b"\x80\x05" + MEMBER + STATES[name] + b"b.")
    with pytest.raises(Forbidden, match="0x62"):
        own_codec().open(attack.envelope(), context=("victim", "key"), now=NOW)
    assert Mood.GOOD.value == "good"
    assert not hasattr(Mood.GOOD, "extra")


@dataclass
class Bell:
    tone: str

    def __call__(self, *_: object) -> None:
        raise AssertionError("a stream rang it")


def test_a_callable_is_not_registered() -> None:
    with pytest.raises(TypeError, match="has __call__"):
        Registry().register(Bell, version=1)


OBJECTS: list[Any] = [
    order(attachment=bytes(9_000)),
    [[1]] * 3,
    {"a": {1, 2.5, None, -70_000, 2**70, 2**3000}, "b": frozenset([b"x" * 40, "y" * 40, "z" * 300])},
    ["w" * 70_000, bytearray(b"v" * 70_000), b"u" * 70_000, b"t" * 300, bytearray(b"s")],
    [str(at) for at in range(3_000)] * 2,
    ([], {}, set(), (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), [1], {1: 2}),
]


@pytest.mark.parametrize("obj", OBJECTS)
def test_streams_of_our_pickler_pass(obj: object) -> None:
    written, _ = GraphWriter(Vocabulary(registry()).reducer).write(obj)
    graph.check(b"".join(written))
    own = codec(gate=False)
    assert own.open(own.seal(obj, now=NOW), now=NOW) == obj


FORBIDDEN = {
    "OBJ": b"(" + kept("x") + b"o.",
    "INST": b"(ios\nsystem\n.",
    "NEWOBJ": kept("x") + b")\x81.",
    "NEWOBJ_EX": kept("x") + b")}\x94\x92.",
    "GLOBAL": b"cos\nsystem\n.",
    "EXT1": b"\x82\x01.",
    "a persistent id": kept("x") + b"Q.",
    "PUT": kept("x") + b"r\0\0\0\0.",
    "POP": b"N0N.",
    "a tail": b"N.N.",
    "no end": b"N",
    "an end inside of a text": b"\x8c\x05a.",
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_other_opcodes_are_forbidden(name: str) -> None:
    with pytest.raises((Forbidden, Undecodable)):
        graph.check(b"\x80\x05" + FORBIDDEN[name])


def test_data_that_looks_like_opcodes_is_data() -> None:
    graph.check(b"\x80\x05" + kept("b0Rcos\nsystem\n") + b".")
