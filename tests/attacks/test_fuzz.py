"""A long search for streams that get past the walls: `uv run pytest -m fuzz tests/attacks`."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brine_codec import CodecError
from brine_codec.classes.vocabulary import Vocabulary
from brine_codec.gate import tree
from brine_codec.gate.budget import Budget
from brine_codec.limits import DEFAULT_LIMITS
from brine_codec.pickling.reader import read
from tests.attacks import assembler as pickle
from tests.attacks.corpus import arguments, gadgets, names, opcodes, structure, targets
from tests.attacks.victim import TAGS, registry
from tests.support.codec.samples import NOW, codec

OPENER = codec(registry=registry())
VOCABULARY = Vocabulary(registry())

TOKENS = st.one_of(
    st.sampled_from([pickle.MARK, pickle.NONE, pickle.TRUE, pickle.EMPTY_TUPLE, pickle.APPEND, pickle.APPENDS]),
    st.sampled_from([pickle.SETITEM, pickle.SETITEMS, pickle.ADDITEMS, pickle.REBUILD, pickle.POP, pickle.BUILD]),
    st.sampled_from([b"]", b"}", b"\x8f", b"\x91", b"t", b"\x85", b"\x86", b"\x87", b"R", b"\x94"]),
    st.sampled_from([pickle.stack_global("datetime", name) for name in ("date", "datetime", "timedelta", "timezone")]),
    st.sampled_from([pickle.maker(tag) for tag in (*TAGS.values(), "py:Decimal", "py:deque")]),
    st.integers(0, 40).map(pickle.get),
    st.integers(-(2**70), 2**70).map(pickle.number),
    st.text(max_size=4).map(pickle.kept),
    st.binary(max_size=10).map(lambda data: b"C" + bytes([len(data)]) + data),
    st.binary(min_size=1, max_size=3),
)
SEEDS = [
    attack.stream
    for family in (arguments, gadgets, names, opcodes, structure, targets)
    for attack in family.attacks()
    if 16 < len(attack.stream) < 1_000
]
thorough = settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))


def through(stream: bytes) -> None:
    """The reader alone raises the codec's own errors only; behind the gate, it reads plain data."""
    with contextlib.suppress(CodecError):
        read(stream, [], VOCABULARY.rebuild)
    try:
        tree.check(stream, 0, DEFAULT_LIMITS, Budget(DEFAULT_LIMITS, len(stream)), VOCABULARY.maker)
        opened = read(stream, [], VOCABULARY.rebuild)
    except CodecError:
        return
    OPENER.seal(opened, now=NOW)


@pytest.mark.fuzz
@given(tokens=st.lists(TOKENS, max_size=30))
@thorough
def test_no_sequence_of_tokens_gets_through(tokens: list[bytes]) -> None:
    through(pickle.stream(*tokens))


@pytest.mark.fuzz
@given(seed=st.sampled_from(SEEDS), data=st.data())
@thorough
def test_no_mutation_of_the_corpus_gets_through(seed: bytes, data: st.DataObject) -> None:
    content = bytearray(seed[11:-1])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        content[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4) | TOKENS)
    through(pickle.stream(bytes(content)))
