"""Keys of results: two different values never have the same key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine.domain.results.key import result_key
from brine.domain.results.key_encoding import encode_key

if TYPE_CHECKING:
    from brine.domain.results.key import Key

    type Plain = str | bytes | int | float | bool | tuple[Plain, ...] | None

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.binary(max_size=4)
    | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=4).map(tuple),
    max_leaves=8,
)


def typed(value: Plain) -> str:
    """A text that differs for values which are equal in Python but have different types."""
    if isinstance(value, tuple):
        return f"({', '.join(map(typed, value))})"
    return f"{type(value).__name__} {value!r}"


@given(plain, plain)
def test_different_values_have_different_bytes(one: Plain, other: Plain) -> None:
    assert (encode_key(one) == encode_key(other)) == (typed(one) == typed(other))


@given(st.lists(plain, max_size=3), st.lists(plain, max_size=3))
def test_no_value_is_the_beginning_of_another(one: list[Plain], other: list[Plain]) -> None:
    """So one row of values cannot be taken for another one."""
    joined = [b"".join(map(encode_key, values)) for values in (one, other)]
    assert (joined[0] == joined[1]) == (list(map(typed, one)) == list(map(typed, other)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a", ("a",)),
        ((1,), (1.0,)),
        ((1,), (True,)),
        ((1,), ("1",)),
        ((None,), ("None",)),
        ((0.0,), (-0.0,)),
        (("ab", "c"), ("a", "bc")),
        ((("a",), "b"), (("a", "b"),)),
        ((b"a",), ("a",)),
    ],
)
def test_these_are_different(one: Key, other: Key) -> None:
    assert result_key(namespace="tests", tenant="", cache="c", key=one) != result_key(
        namespace="tests", tenant="", cache="c", key=other
    )


def test_large_integers_are_plain() -> None:
    assert result_key(namespace="tests", tenant="", cache="c", key=(10**10_000,)) != result_key(
        namespace="tests", tenant="", cache="c", key=(10**10_001,)
    )


def test_tenant_and_cache_are_part_of_it() -> None:
    keys = {
        result_key(namespace="tests", tenant=tenant, cache=cache, key="k")
        for tenant in ("", "a", "b")
        for cache in ("a", "b")
    }
    assert len(keys) == 6


def test_the_namespace_is_in_the_clear_before_it_all() -> None:
    keys = [result_key(namespace=namespace, tenant="a", cache="b", key="k") for namespace in ("x", "x-2")]
    assert [key.partition("#")[0] for key in keys] == ["x", "x-2"]


def test_the_key_of_what_is_stored_stays_the_same() -> None:
    """A change of the key would lose all stored results."""
    key = ("report", 7, 2.5, True, None, b"x", ("y",))
    assert result_key(namespace="tests", tenant="t", cache="c", key=key) == (
        "tests#eb2f1bfdf9e8cef79b8b0c99abb78630b56dfc99a1b3aaadfe7182af5d69d255"
    )


@pytest.mark.parametrize("value", [[1], {"a": 1}, {1}, object(), 1j, bytearray(b"x")])
def test_other_values_are_refused_by_their_type_and_not_shown(value: Any) -> None:
    with pytest.raises(TypeError, match=type(value).__name__):
        result_key(namespace="tests", tenant="", cache="c", key=("a", (value,)))
    with pytest.raises(TypeError, match=type(value).__name__):
        result_key(namespace="tests", tenant="", cache="c", key=value)


def test_a_key_is_a_text_or_a_tuple() -> None:
    number: Any = 1
    with pytest.raises(TypeError, match="a text or a tuple"):
        result_key(namespace="tests", tenant="", cache="c", key=number)
