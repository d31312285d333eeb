"""types.toml: the result of a good file, and the place of a mistake. The schema for editors must agree on both."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import json
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import jsonschema
import numpy as np
import pytest

from brine.adapters.config.types import parse_types
from brine.domain.formats import Format, decode, encode
from brine.domain.formats.opaque import OpaqueArray
from brine.errors import ConfigError, TypeRefused
from brine_codec import Codec, Registry, SchemaMiss, Unsupported, arrays
from tests.support.codec.samples import NOW, keyring

FOLDER = Path(__file__).parents[4] / "layers/routes"
SCHEMA = json.loads((FOLDER / "types.schema.json").read_text())
SAMPLES = (FOLDER.parents[1] / "samples/routes/types.d/samples.toml").read_text()
HEAD = '[[type]]\nname = "a.B"\nversion = 1\n'
UTC = dt.UTC


@dataclasses.dataclass
class Line:
    sku: str
    count: int
    price: Decimal


@dataclasses.dataclass
class Order:
    id: str
    placed: dt.datetime
    total: Decimal
    lines: list[Line]
    note: str | None


class Colour(enum.Enum):
    RED = 1
    GREEN = 2


def users() -> Registry:
    """The types that users of the gateway register in their code."""
    registry = Registry()
    registry.register(Line, version=1, name="shop.Line")
    registry.register(Order, version=3, name="shop.Order")
    registry.register(Colour, version=1, name="shop.Colour")
    arrays.register(registry)
    return registry


def codec(registry: Registry) -> Codec:
    return Codec(keyring(), purpose="test", registry=registry)


ORDER = Order("7", dt.datetime(2026, 9, 21, tzinfo=UTC), Decimal("3.00"), [Line("apple", 2, Decimal("1.50"))], None)


def test_a_user_s_envelope_passes_through_the_gateway_and_back() -> None:
    theirs, ours = codec(users()), codec(parse_types(SAMPLES).types().registry)
    sealed = theirs.seal([ORDER, ORDER.lines], now=NOW)
    passed = ours.open(sealed, now=NOW)
    assert type(passed[0]).__name__ == "shop_Order"
    assert passed[0].lines[0].price == Decimal("1.50")
    assert theirs.open(ours.seal(passed, now=NOW), now=NOW) == [ORDER, ORDER.lines]


@pytest.mark.parametrize("form", [Format.JSON, Format.MSGPACK])
def test_json_becomes_the_user_s_object_once_sealed(form: Format) -> None:
    types = parse_types(SAMPLES).types()
    theirs, ours = codec(users()), codec(types.registry)
    data = encode(form, ours.open(theirs.seal(ORDER, now=NOW), now=NOW), types)
    assert theirs.open(ours.seal(decode(form, data, types), now=NOW), now=NOW) == ORDER


def test_only_what_is_allowed_and_what_its_fields_mention_passes() -> None:
    declarations = parse_types(SAMPLES + HEAD + "fields = {}\n")
    types = declarations.types(["shop.Order"])
    theirs = codec(users())
    assert codec(types.registry).open(theirs.seal(ORDER, now=NOW), now=NOW).id == "7"
    lines = declarations.types(["shop.Line"])
    with pytest.raises(SchemaMiss):
        codec(lines.registry).open(theirs.seal(ORDER, now=NOW), now=NOW)
    with pytest.raises(TypeRefused, match="a\\.B@1"):
        decode(Format.JSON, b'[{"$type": "a.B@1"}]', types)
    with pytest.raises(KeyError):
        declarations.types(["shop.Other"])


def test_fields_are_checked() -> None:
    types = parse_types(SAMPLES).types()
    good = b'{"$type":"shop.Line@1","sku":"a","count":1,"price":{"$decimal":"1"}}'
    assert decode(Format.JSON, good, types).count == 1
    with pytest.raises(TypeRefused, match="count: str does not fit"):
        decode(Format.JSON, good.replace(b":1,", b':"1",'), types)
    with pytest.raises(TypeRefused, match="lacks sku"):
        decode(Format.JSON, good.replace(b'"sku":"a",', b""), types)
    with pytest.raises(TypeRefused, match="has no 'size'"):
        decode(Format.JSON, good.replace(b'"sku"', b'"size":1,"sku"'), types)


def test_an_enum_travels_as_the_name_of_its_member() -> None:
    types = parse_types('[[type]]\nname = "shop.Colour"\nversion = 1\nmembers = ["RED", "GREEN"]').types()
    theirs, ours = codec(users()), codec(types.registry)
    passed = ours.open(theirs.seal(Colour.GREEN, now=NOW), now=NOW)
    assert encode(Format.JSON, passed, types) == b'{"$object":["shop.Colour@1","GREEN"]}'
    assert theirs.open(ours.seal(passed, now=NOW), now=NOW) is Colour.GREEN


def test_arrays_pass_without_numpy() -> None:
    types = parse_types(HEAD + 'fields = { data = "ndarray", more = "any" }').types()
    theirs, ours = codec(users()), codec(types.registry)
    for array in (
        np.arange(6.0).reshape(2, 3),
        np.asfortranarray(np.ones((40, 50))),
        np.array(["é", "e"]),
        np.ones((3, 2), bool),
    ):
        passed = ours.open(theirs.seal([array, array[0]], now=NOW), now=NOW)
        assert isinstance(passed[0], OpaqueArray)
        again = decode(Format.JSON, encode(Format.JSON, passed, types), types)
        back, first = theirs.open(ours.seal(again, now=NOW), now=NOW)
        assert (back.dtype, back.shape, back.flags.f_contiguous) == (array.dtype, array.shape, array.flags.f_contiguous)
        assert (back == array).all()
        assert np.array_equal(first, array[0])


@pytest.mark.parametrize(
    "array",
    ['"<f8",{"$tuple":[2]},"C",{"$bytes":"AAAAAAAAAAA="}', '"|O8",{"$tuple":[1]},"C",{"$bytes":"AAAAAAAAAAA="}',
     '"<f8",[1],"C",{"$bytes":"AAAAAAAAAAA="}', '"<f8",{"$tuple":[-1]},"C",{"$bytes":""}',
     '"<f8",{"$tuple":[1]},"X",{"$bytes":"AAAAAAAAAAA="}', '"|b1",{"$tuple":[1]},"C",{"$bytes":"Ag=="}',
     '"<U1",{"$tuple":[1]},"C",{"$bytes":"/////w=="}', '"<f8",{"$tuple":[1]},"C","AAAAAAAA"', '"<f8"'],
)  # fmt: skip
def test_an_array_that_is_none_is_refused(array: str) -> None:
    with pytest.raises(TypeRefused):
        decode(Format.JSON, f'{{"$object":["np:ndarray",{array}]}}'.encode(), parse_types("").types())


FIELDS: list[tuple[str, object, object]] = [
    ("str", "x", 1),
    ("int", 1, "x"),
    ("float", 1.5, "x"),
    ("bool", True, 1),
    ("bytes", b"", ""),
    ("None", None, 1),
    ("any", object, Unsupported),
    ("date", dt.date(2026, 1, 1), "2026-01-01"),
    ("time", dt.time(1), 1),
    ("timedelta", dt.timedelta(1), 1),
    ("UUID", UUID(int=1), "x"),
    ("list[int]", [1], ["x"]),
    ("list", [1, "x"], (1,)),
    ("set[int]", {1}, {"x"}),
    ("frozenset[ str ]", frozenset("x"), frozenset([1])),
    ("dict[str, list[int]]", {"a": [1]}, {"a": ["b"]}),
    ("tuple[int, str]", (1, "x"), (1,)),
    ("tuple[int, ...]", (1, 2, 3), ("x",)),
    ("int | list[int | None] | None", [None, 1], ["x"]),
]


@pytest.mark.parametrize(("text", "good", "bad"), FIELDS, ids=[text for text, _, _ in FIELDS])
def test_the_types_of_fields(text: str, good: object, bad: object) -> None:
    declared = HEAD + f'fields = {{ x = "{text}" }}'
    jsonschema.validate(tomllib.loads(declared), SCHEMA)
    declarations = parse_types(declared)
    made: Any = declarations.by_name["a.B"].cls
    writer = codec(declarations.types().registry)
    if text == "any":
        assert writer.open(writer.seal(made(good.__name__), now=NOW), now=NOW) == made("object")  # type: ignore[attr-defined]
        return
    assert writer.open(writer.seal(made(good), now=NOW), now=NOW) == made(good)
    with pytest.raises(Unsupported):
        writer.seal(made(bad), now=NOW)


def test_types_may_mention_themselves_and_later_ones() -> None:
    text = (
        '[[type]]\nname = "Tree"\nversion = 1\nfields = { children = "list[Tree]", leaf = "dict[str, Leaf] | Leaf" }\n'
        '[[type]]\nname = "Leaf"\nversion = 2\nfields = {}\n'
    )
    declarations = parse_types(text)
    tree, leaf = (declarations.by_name[name].cls for name in ("Tree", "Leaf"))
    writer = codec(declarations.types(["Tree"]).registry)
    obj = tree([tree([], leaf())], {"a": leaf()})
    assert writer.open(writer.seal(obj, now=NOW), now=NOW) == obj
    with pytest.raises(Unsupported, match="children"):
        writer.seal(tree([leaf()], leaf()), now=NOW)


def test_a_field_may_be_of_one_declared_type() -> None:
    text = HEAD + 'fields = { line = "shop.Line" }\n' + SAMPLES
    types = parse_types(text).types(["a.B"])
    inner = '{"$type":"shop.Line@1","sku":"a","count":1,"price":{"$decimal":"1"}}'
    assert decode(Format.JSON, f'{{"$type":"a.B@1","line":{inner}}}'.encode(), types).line.sku == "a"
    with pytest.raises(TypeRefused, match="line: int does not fit"):
        decode(Format.JSON, b'{"$type":"a.B@1","line":1}', types)


def test_the_shipped_file_and_the_samples_are_good() -> None:
    shipped = (FOLDER / "types.toml").read_text()
    for text, names in ((shipped, []), (SAMPLES, ["shop.Line", "shop.Order"])):
        jsonschema.validate(tomllib.loads(text), SCHEMA)
        assert list(parse_types(text).by_name) == names


# Each: the text, where it is wrong, words of the message. What the schema cannot see is marked.
BAD = [
    ("type = 3", "", "a list of [[type]]", True),
    ("x = 1", "", 'unknown key "x"', True),
    ("[[type]\n", "", "not valid TOML", None),
    (HEAD, 'type "a.B"', 'either "fields" or', True),
    (HEAD + 'fields = {}\nmembers = ["A"]', 'type "a.B"', 'either "fields" or', True),
    ("[[type]]\nversion = 1\nfields = {}", "type 1", 'no "name"', True),
    ('[[type]]\nname = "A"\nfields = {}', 'type "A"', 'no "version"', True),
    (HEAD.replace("a.B", "a b") + "fields = {}", 'type "a b": name = "a b"', "not a name", True),
    (HEAD.replace("1", "0") + "fields = {}", 'type "a.B": version = 0', "not a whole number from 1 to 999999999", True),
    (
        HEAD.replace("1", "true") + "fields = {}",
        'type "a.B": version = true',
        "not a whole number from 1 to 999999999",
        True,
    ),
    (HEAD + "bogus = 1\nfields = {}", 'type "a.B"', 'unknown key "bogus"', True),
    (HEAD + "fields = 1", 'type "a.B": fields = 1', "not a table", True),
    (HEAD + 'fields = { "a b" = "str" }', 'type "a.B": fields', '"a b" is not a field name', True),
    (HEAD + 'fields = { class = "str" }', 'type "a.B": fields', '"class" is not a field name', False),
    (HEAD + 'fields = { __a = "str" }', 'type "a.B": fields', '"__a" is not a field name', True),
    (HEAD + "fields = { a = 1 }", 'type "a.B": fields.a = 1', "not a type", True),
    (HEAD + 'fields = { a = "" }', 'type "a.B": fields.a = ""', "a type is missing", True),
    (HEAD + 'fields = { a = "str |" }', 'type "a.B": fields.a = "str |"', "a type is missing", False),
    (HEAD + 'fields = { a = "string" }', 'type "a.B": fields.a = "string"', '"string" is not a type', False),
    (
        HEAD + 'fields = { a = "__import__(1)" }',
        'type "a.B": fields.a = "__import__(1)"',
        "'(' is not allowed in a type",
        True,
    ),
    (HEAD + 'fields = { a = "list[int" }', 'type "a.B": fields.a = "list[int"', 'a "]" is missing', False),
    (HEAD + 'fields = { a = "list[int, str]" }', 'type "a.B": fields.a = "list[int, str]"', "2 types in a list", False),
    (HEAD + 'fields = { a = "dict[int]" }', 'type "a.B": fields.a = "dict[int]"', "1 types in a dict", False),
    (
        HEAD + 'fields = { a = "list[...]" }',
        'type "a.B": fields.a = "list[...]"',
        '"..." stands in the place of a type',
        False,
    ),
    (
        HEAD + 'fields = { a = "int str" }',
        'type "a.B": fields.a = "int str"',
        '"str" follows the end of the type',
        False,
    ),
    (
        HEAD + f'fields = {{ a = "{"list[" * 30}int{"]" * 30}" }}',
        'type "a.B": fields.a = "list[list[list[list[list[list[list[list[list[list[list[list[list[list[list[list...',
        "nested too deeply",
        False,
    ),
    (HEAD + "members = 1", 'type "a.B": members = 1', "a list of names", True),
    (HEAD + "members = []", 'type "a.B": members = []', "a list of names", True),
    (HEAD + 'members = ["A", "A"]', 'type "a.B": members = ["A", "A"]', "twice", True),
    (HEAD + 'members = ["_A"]', 'type "a.B": members = ["_A"]', "'_A' is not a member name", True),
    (HEAD + 'members = ["mro"]', 'type "a.B": members = ["mro"]', "'mro' is not a member name", False),
    (HEAD + "fields = {}\n" + HEAD + "fields = {}", 'type 2: name = "a.B"', "type 1 has the same", False),
]


@pytest.mark.parametrize(("text", "place", "words", "schema_sees"), BAD)
def test_a_mistake_is_named_with_its_table_key_and_value(
    text: str, place: str, words: str, schema_sees: bool | None
) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_types(text, source="t.toml")
    message = str(caught.value)
    assert message.startswith(f"t.toml: {place}: " if place else "t.toml: ")
    assert words in message
    if schema_sees is not None:
        assert jsonschema.Draft202012Validator(SCHEMA).is_valid(tomllib.loads(text)) is not schema_sees
