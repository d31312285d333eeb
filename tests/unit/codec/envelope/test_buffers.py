from __future__ import annotations

from pickle import PickleBuffer

import pytest

from brine_codec import Malformed, TooLarge
from brine_codec.envelope.buffers import join, split


@pytest.mark.parametrize("buffers", [[], [b""], [b"abc"], [b"a" * 16, b"", b"bc", b"d" * 100_000]])
def test_joined_buffers_split_again(buffers: list[bytes]) -> None:
    content = b"".join(join([b"pick", b"le"], list(map(PickleBuffer, buffers))))
    pickle, views = split(content, 10)
    assert pickle == b"pickle"
    assert views == buffers
    assert all(view.readonly for view in views)


def test_buffers_begin_at_multiples_of_sixteen() -> None:
    content = b"".join(join([b"pickle"], [PickleBuffer(b"one"), PickleBuffer(b"two")]))
    assert content.index(b"one") % 16 == content.index(b"two") % 16 == 0


CONTENT = b"".join(join([b"pickle"], [PickleBuffer(b"one")]))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        CONTENT[:3],
        CONTENT[:19],
        CONTENT[:-1],
        CONTENT + b"\0",
        CONTENT[:4] + b"\xff" * 8 + CONTENT[12:],
        CONTENT[:12] + b"\xff" * 8 + CONTENT[20:],
        CONTENT[:12] + (2).to_bytes(8) + CONTENT[20:],
        CONTENT.replace(b"pickle\0", b"pickle!"),
    ],
)
def test_a_table_that_does_not_add_up_is_malformed(content: bytes) -> None:
    with pytest.raises(Malformed):
        split(content, 10)


def test_the_number_of_buffers_is_limited() -> None:
    with pytest.raises(TooLarge):
        split(b"\xff\xff\xff\xff" + CONTENT[4:], 10)
