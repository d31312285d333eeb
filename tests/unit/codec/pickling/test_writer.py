"""Objects that cannot be sealed, and the path in the message."""

from __future__ import annotations

import datetime as dt
import math
import os
import re
from collections import defaultdict
from typing import Any

import pytest

from brine_codec import Registry, TooLarge, Unsupported
from tests.support.codec.samples import NOW, Box, Line, codec, order


class Foo:
    pass


class Rude:
    def __reduce__(self) -> Any:
        return os.system, ("true",)


def nested(value: object) -> object:
    return {"orders": [1, 2, 3, Box({"customer": value})]}


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (Foo(), "type Foo is not registered"),
        (Rude(), "type Rude is not registered"),
        (Foo, "Foo is a class, not data"),
        (dt.date, "date is a class, not data"),
        (lambda: 0, r"<lambda> is a function, not data"),
        (nested, "nested is a function, not data"),
        (len, "type builtin_function_or_method is not registered"),
        ("".join, "type builtin_function_or_method is not registered"),
        (math, "type module is not registered"),
        (..., "type ellipsis is not registered"),
        (NotImplemented, "type NotImplementedType is not registered"),
        (type(None), "NoneType is a class, not data"),
        (memoryview(b"a"), "type memoryview is not registered"),
        (iter([]), "type list_iterator is not registered"),
        (object(), "type object is not registered"),
        (defaultdict(lambda: 0), "cannot be reduced|factory"),
        (Line("a", 5), "price: int does not fit the annotation"),  # type: ignore[arg-type]
    ],
)
def test_the_path_is_named(value: object, reason: str) -> None:
    with pytest.raises(Unsupported) as raised:
        codec().seal(nested(value), now=NOW)
    assert re.fullmatch(rf"orders\[3\]\.content\.customer: .*({reason}).*", str(raised.value)), raised.value


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (Foo(), "the object"),
        ([Foo()], "[0]"),
        ({"ann": [Foo()]}, "[...][0]"),
        ({"ann@example.org": Foo()}, "[...]"),
        ([{1: {b"a": Foo()}}], "[0][...][...]"),
        ({(1, Foo()): 1}, " key[1]"),
        (nested({"ann": Foo()}), "[...][3].content[...][...]"),
    ],
)
def test_a_path_for_a_log_has_no_key_of_a_dictionary(value: object, path: str) -> None:
    with pytest.raises(Unsupported) as raised:
        codec().seal(value, now=NOW)
    assert raised.value.for_log.removeprefix(path).startswith(": type Foo is not registered"), raised.value.for_log


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (Foo(), "the object"),
        ([Foo()], "[0]"),
        ({"a b": Foo()}, "['a b']"),
        ({1: Foo()}, "[int]"),
        ({(1, Foo()): 1}, " key[1]"),
        ({"a": {"b": ({Foo()},)}}, "a.b[0][0]"),
        (order(), None),
    ],
)
def test_paths(value: object, path: str | None) -> None:
    if path is None:
        assert codec().seal(value, now=NOW)
        return
    with pytest.raises(Unsupported) as raised:
        codec().seal(value, now=NOW)
    assert str(raised.value) == f"{path}: type Foo is not registered: call registry.register(Foo, version=1)"


def test_a_field_inside_a_list_that_does_not_fit() -> None:
    wrong = order()
    wrong.lines.append("no line")  # type: ignore[arg-type]
    with pytest.raises(Unsupported, match="lines: its items do not fit"):
        codec().seal({"order": wrong}, now=NOW)


def test_an_object_that_contains_itself_through_a_record() -> None:
    box = Box(None)
    box.content = box
    with pytest.raises(Unsupported, match="contains itself"):
        codec().seal(box, now=NOW)


def test_lists_and_dicts_may_contain_themselves_in_envelopes_of_ones_own() -> None:
    loop: list[object] = []
    loop.append({"self": loop})
    own = codec(gate=False)
    opened = own.open(own.seal(loop, now=NOW), now=NOW)
    assert opened[0]["self"] is opened


def test_a_shared_part_counts_each_time_in_a_tree_stream() -> None:
    part: object = "x" * 1_000
    for _ in range(17):
        part = [part, part]
    with pytest.raises(TooLarge, match="counts twice"):
        codec().seal(part, now=NOW)
    assert len(codec(gate=False).seal(part, now=NOW)) < 2_000


@pytest.mark.parametrize("error", [KeyError, ValueError, SystemError])
def test_an_error_of_the_c_pickler_alone_does_not_keep_an_object_from_being_sealed(error: type[Exception]) -> None:
    """The C pickler raises these after many frozensets, by the version of Python. The Python pickler does not."""
    errors = iter([error("a wrong depth")])

    def pack(foo: Foo) -> tuple[()]:
        for first in errors:
            raise first
        return ()

    registry = Registry()
    registry.register(Foo, version=1, pack=pack, make=Foo)
    sealer = codec(registry=registry)
    assert isinstance(sealer.open(sealer.seal(Foo(), now=NOW), now=NOW), Foo)


@pytest.mark.parametrize("gate", [True, False])
def test_data_that_looks_like_a_global_is_data(gate: bool) -> None:
    looks = [b"\x94\x93\x94", "\x94\x93\x94", b"h\x00\x93\x94" * 20_000, b"\x8c\x01a\x94\x93\x94" * 20_000]
    c = codec(gate=gate)
    assert c.open(c.seal(looks, now=NOW), now=NOW) == looks


@pytest.mark.parametrize("gate", [True, False])
def test_texts_equal_to_our_names_are_data(gate: bool) -> None:
    names = ["brine_codec", "rebuild", "datetime", "date", "Colour@1", order(), dt.date(2026, 1, 1), dt.time(1)]
    c = codec(gate=gate)
    assert c.open(c.seal(names, now=NOW), now=NOW) == names


def test_a_hostile_name_is_escaped_in_the_message() -> None:
    with pytest.raises(Unsupported) as raised:
        codec().seal({"\n\x1b[31mred": Foo()}, now=NOW)
    assert "\n" not in str(raised.value)
    assert "\x1b" not in str(raised.value)
