from __future__ import annotations

import pytest

from brine_codec.envelope.context import encode_context


def test_the_layout_is_a_length_and_then_each_part_with_its_own() -> None:
    assert encode_context(("ab", b"\xff")).hex() == "0000000b" + "00000002" + "6162" + "00000001" + "ff"
    assert encode_context(()) == b"\0\0\0\0"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("ab", "c"), ("a", "bc")),
        (("abc",), ("ab", "c")),
        (("a", ""), ("a",)),
        (("",), ()),
        (("a", "b"), ("b", "a")),
        ((b"\0\0\0\x01a",), ("a",)),
        (("\u00e9",), ("e\u0301",)),
    ],
)
def test_different_parts_never_give_the_same_bytes(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    assert encode_context(one) != encode_context(other)


@pytest.mark.parametrize("text", ["text", b"bytes"])
def test_a_single_text_is_no_sequence_of_parts(text: str) -> None:
    with pytest.raises(TypeError):
        encode_context(text)
