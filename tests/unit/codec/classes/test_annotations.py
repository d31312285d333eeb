from __future__ import annotations

import typing
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Final, Literal, NewType, Protocol, TypeVar

import pytest

from brine_codec.classes.annotations import field_type_of

T = TypeVar("T")
Number = NewType("Number", int)
type Alias = list[int]
type Tree = list[Tree] | int


class Named(Protocol):
    name: str


FITS: list[tuple[Any, list[object], list[object]]] = [
    (int, [1, True, -(2**70)], ["1", 1.0, None]),
    (float, [1.0, 1], ["1", None]),
    (complex, [1j, 1.0, 1], ["1"]),
    (str, ["a"], [b"a", None]),
    (None, [None], [0]),
    (str | None, ["a", None], [b"a", 0]),
    (typing.Optional[int], [1, None], ["a"]),  # noqa: UP045 - the old form has a type of its own
    (Literal["a", 2], ["a", 2], ["b", 1, "2", None]),
    (Number, [1], ["a"]),
    (Alias, [[], [1]], [["a"], (1,)]),
    (Tree, [1, [1], [[1]]], []),
    (Annotated[int, "doc"], [1], ["a"]),
    (Final[int], [1], ["a"]),
    (list, [[1, "a"]], [()]),
    (list[int], [[], [1, 2]], [["a"], [1, None], (1,)]),
    (list[list[str]], [[["a"], []]], [[["a"], [1]], ["a"]]),
    (list[int | None], [[1, None]], [["a"]]),
    (list[Any], [[1, "a", object()]], [()]),
    (set[str], [{"a"}], [{1}, ["a"]]),
    (frozenset[int], [frozenset([1])], [{1}]),
    (tuple[int, ...], [(), (1, 2)], [("a",), [1]]),
    (tuple[int, str], [(1, "a")], [(1,), (1, 2), (1, "a", "b"), ()]),
    (tuple[()], [()], [(1,)]),
    (tuple[tuple[str, str | None], ...], [(("a", None),)], [(("a",),), ((1, None),)]),
    (dict[str, int], [{}, {"a": 1}], [{1: 1}, {"a": "b"}, [("a", 1)]]),
    (dict[str, list[float]], [{"a": [1.0]}], [{"a": ["b"]}, {"a": 1.0}]),
    (Mapping[str, int], [{"a": 1}], [{"a": "b"}, 1]),
    (Sequence[int], [[1], (1,)], [["a"], {1}]),
    (Iterable, [[1], "a"], [1]),
    (list[int] | str, [[1], "a"], [["a"], 1]),
    (Any, [1, None], []),
    (object, [1, None], []),
    (T, [1, None], []),
    (Named, [1], []),
    (int | Any, ["a"], []),
    ("unresolved", [1], []),
]


@pytest.mark.parametrize(("annotation", "good", "bad"), FITS)
def test_values_that_fit_an_annotation(annotation: object, good: list[object], bad: list[object]) -> None:
    field_type = field_type_of(annotation)
    assert [field_type.admits(value) for value in good] == [True] * len(good)
    assert [field_type.admits(value) for value in bad] == [False] * len(bad)
