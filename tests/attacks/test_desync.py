"""The gate's beliefs about a stream are true for an unpickler.

Streams are drawn at random, nearly as our writer writes them: a token or two may be elsewhere. A model in Python also
reads each stream that the gate lets through, and looks at each call, each fill and each key.
"""

from __future__ import annotations

import contextlib
import random
from typing import TYPE_CHECKING

import pytest

from brine_codec import CodecError
from brine_codec.classes.vocabulary import Vocabulary
from brine_codec.gate import patterns, simulation, tree
from brine_codec.gate.budget import Budget
from brine_codec.limits import DEFAULT_LIMITS
from brine_codec.pickling import opcodes
from brine_codec.pickling.reader import read
from tests.attacks.assembler import frames, introduction, number, real, text
from tests.attacks.model import Made, Model, Wrong
from tests.attacks.victim import TAGS, registry

if TYPE_CHECKING:
    from collections.abc import Callable

    type Draw = Callable[[random.Random, int], list[bytes]]

VOCABULARY = Vocabulary(registry())
PLACES = {0x28: "Cart@1", 0x52: TAGS["Open"], 0x68: "py:date", 0x85: TAGS["Keyed"], 0x75: "py:deque", 0: TAGS["Pair"]}
"""Makers in places whose numbers are opcodes, too."""
HEAD = b"".join(introduction(tag, place) for place, tag in PLACES.items())
BUFFER = b"a buffer"
SIZES = (0, 1, 2, 5, 31, 32, 33, 127, 128, 200, 255)
SINGLES = [bytes((opcode,)) for opcode in (*simulation.HANDLERS, 0x94, 0x30, 0x32, 0x93, 0x98, 0x8E, 0x71)]


def leaf(draw: random.Random) -> bytes:
    """A token that pushes one value."""
    size = draw.choice(SIZES)
    content = bytes(draw.choice(b"h(tRKN]}\x28se.au") for _ in range(size))
    return draw.choice(
        [
            *(b"N", b"\x88", b"\x89", b")", number(draw.randrange(256)), b"M" + content[:2].ljust(2, b"u")),
            *(number(-draw.randrange(2**31)), number(draw.randrange(2**62)), number(2 ** draw.randrange(66, 500))),
            *(
                real(draw.random()),
                b"\x8c\x01" + draw.choice([b"a", b"b"]),
                text(content),
                b"C" + bytes((size,)) + content,
            ),
            *(text(b"a" * 256), b"B" + (256).to_bytes(4, "little") + content.ljust(256, b"(")),
        ]
    )


def filled(draw: random.Random, depth: int, empty: bytes, one: bytes, many: bytes, every: int) -> list[bytes]:
    """A container in a few batches."""
    tokens = [empty]
    for _ in range(draw.randrange(3)):
        count = draw.choice((0, 1, 1, 2, 5))
        if count == 1 and one and draw.random() < 0.6:
            tokens += [*entries(draw, depth, every), one]
        else:
            tokens += [b"(", *[token for _ in range(count) for token in entries(draw, depth, every)], many]
    return tokens


def entries(draw: random.Random, depth: int, every: int) -> list[bytes]:
    """A value; or a key, mostly a text, and a value."""
    if every == 1:
        return value(draw, depth)
    key = [text(draw.choice("abc") * draw.choice(SIZES[1:6]))] if draw.random() < 0.6 else value(draw, depth)
    return key + value(draw, depth)


def several(draw: random.Random, depth: int) -> list[bytes]:
    """A tuple of any length."""
    count = draw.choice((0, 1, 1, 2, 2, 3, 3, 4, 9))
    inside = [token for _ in range(count) for token in value(draw, depth)]
    if 0 < count < 4 and draw.random() < 0.8:
        return [*inside, bytes((0x84 + count,))]
    return [b"(", *inside, b"t"]


def rows(draw: random.Random, depth: int) -> list[bytes]:
    """Tuples of as many leaves each, one after the other, some after a key: all but the last are in a list."""
    count, keyed = draw.randrange(1, 4), draw.random() < 0.5
    tokens = [b"}" if keyed else b"]", b"("]
    for _ in range(draw.randrange(1, 6)):
        tokens += [text("k" * draw.choice((1, 31, 40)))] if keyed else []
        tokens += [*[leaf(draw) for _ in range(count)], bytes((0x84 + count,))]
    return [*tokens, b"u" if keyed else b"e"]


def called(draw: random.Random, depth: int) -> list[bytes]:
    """An object."""
    place = draw.choice(list(PLACES))
    tag = PLACES[place]
    if tag == "py:date":
        arguments = [b"C\x04\x07\xea\x01\x01", b"\x85"]
    elif draw.random() < 0.1:
        arguments = [b"\x97\x98", b"\x85"]
    else:
        arguments = several(draw, depth)
    return [bytes((0x68, place)), *arguments, b"R"]


COMPOSITES: list[Draw] = [
    lambda draw, depth: filled(draw, depth, b"]", b"a", b"e", 1),
    lambda draw, depth: filled(draw, depth, b"}", b"s", b"u", 2),
    lambda draw, depth: filled(draw, depth, b"}", b"s", b"u", 2),
    lambda draw, depth: filled(draw, depth, b"\x8f", b"", b"\x90", 1),
    lambda draw, depth: [b"(", *several(draw, depth)[:-1], b"\x91"],
    several,
    rows,
    called,
]


def value(draw: random.Random, depth: int) -> list[bytes]:
    """The tokens of any value."""
    if depth == 0 or draw.random() < 0.4:
        return [leaf(draw)]
    return draw.choice(COMPOSITES)(draw, depth - 1)


def disturbed(draw: random.Random, tokens: list[bytes]) -> list[bytes]:
    """The same with a few tokens in other places."""
    for _ in range(draw.choice((0, 0, 1, 1, 2, 3))):
        at, other = draw.randrange(len(tokens)), draw.randrange(len(tokens))
        change = draw.randrange(6)
        if change == 0 and len(tokens) > 1:
            del tokens[at]
        elif change == 1:
            tokens.insert(at, tokens[other])
        elif change == 2:
            tokens[at], tokens[other] = tokens[other], tokens[at]
        elif change == 3:
            tokens.insert(at, draw.choice(SINGLES))
        elif change == 4:
            tokens[at] = draw.choice(SINGLES)
        else:
            tokens.insert(at, leaf(draw))
    return tokens


def drawn(seed: int) -> bytes:
    """A stream."""
    draw = random.Random(seed)  # noqa: S311 - any numbers do, the same ones each time
    return b"\x80\x05" + frames(HEAD + b"".join(disturbed(draw, value(draw, 5))) + b".", 10**9)


class Keys:
    """Counts the keys that the gate pays for, and the values in those that are composite."""

    def __init__(self) -> None:
        self.paid = [0, 0]
        self._first: tuple[int, int] | None = None

    def __call__(self, keys: int, values: int) -> float:
        """In the place of `steps_for_keys`, which is asked for the keys before, and with the new ones."""
        if self._first is None:
            self._first = keys, values
        else:
            self.paid[0] += keys - self._first[0]
            self.paid[1] += values - self._first[1]
            self._first = None
        return 0.0


def weak(key: object) -> bool:
    """Whether its hash is the same in each process."""
    return type(key) not in (str, bytes) and not (isinstance(key, Made) and key.tag == "py:date")


def values_in(key: object) -> int:
    """How many values at least comparing it looks at, if it is composite."""
    if isinstance(key, (tuple, frozenset)):
        return 1 + sum(max(1, values_in(item)) for item in key)
    return isinstance(key, Made) or (type(key) is int and key.bit_length() > 64)


def followed(stream: bytes, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the gate lets it through. Raises Wrong when it should not have."""
    buffers = [BUFFER] * 2
    for count in range(3):  # as many as it uses
        keys = Keys()
        monkeypatch.setattr(simulation, "steps_for_keys", keys)
        with contextlib.suppress(CodecError):
            tree.check(stream, count, DEFAULT_LIMITS, Budget(DEFAULT_LIMITS, 10**6), VOCABULARY.maker)
            break
    else:
        return False
    with contextlib.suppress(CodecError):
        read(stream, [memoryview(buffer) for buffer in buffers[:count]], VOCABULARY.rebuild)
    model = Model(stream, buffers[:count])
    try:
        model.load()
    except Wrong:
        raise
    except Exception:  # noqa: BLE001 - what an unpickler refuses does no harm
        return False
    met = [key for key in model.keys if weak(key)]
    inside = sum(map(values_in, met))
    if keys.paid[0] != len(met) or 2 * keys.paid[1] < inside:  # half, since the gate estimates those of runs by size
        raise Wrong(f"the gate paid for {keys.paid[0]} keys with {keys.paid[1]} values of {len(met)} with {inside}")
    return True


def search(first: int, count: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many of the streams get through."""
    through = 0
    for seed in range(first, first + count):
        stream = drawn(seed)
        try:
            through += followed(stream, monkeypatch)
        except Wrong as wrong:
            pytest.fail(f"{wrong}: seed {seed}, {stream[opcodes.HEAD + len(HEAD) :]!r}")
    return through


@pytest.mark.parametrize("large", [False, True])
def test_the_gate_follows_what_an_unpickler_does(monkeypatch: pytest.MonkeyPatch, *, large: bool) -> None:
    """With the patterns of small streams, and of large ones."""
    monkeypatch.setattr(patterns, "LARGE", 0 if large else 10**9)
    through = search(0, 3_000, monkeypatch)
    assert 800 < through < 2_700


@pytest.mark.fuzz
@pytest.mark.parametrize("large", [False, True])
def test_the_gate_follows_for_long(monkeypatch: pytest.MonkeyPatch, *, large: bool) -> None:
    monkeypatch.setattr(patterns, "LARGE", 0 if large else 10**9)
    assert search(10_000, 200_000, monkeypatch) > 50_000


def test_the_model_would_tell() -> None:
    """So the search does notice."""
    for body, wrong in {
        b"h\0(NNtR(Ne": "fills a Made",
        b"]N\x85R": "calls a list",
        b"h\0N\x85q\x09Rh\0h\x09R\x86": "twice with one tuple",
        b"\x8c\x02os\x8c\x06system\x93": "asks for os.system",
    }.items():
        with pytest.raises(Wrong, match=wrong):
            Model(b"\x80\x05" + HEAD + body + b".", []).load()
