"""docs/formats.md shows the code's own output."""

from __future__ import annotations

import datetime as dt
import decimal
import fractions
import math
import uuid
import zoneinfo
from pathlib import Path

import pytest

from brine.adapters.config.field_types import _GENERIC, _SIMPLE
from brine.adapters.config.types import parse_types
from brine.domain.formats import Format, decode, encode, format_of
from brine.domain.formats.json_form import NAMES
from brine.domain.formats.msgpack_form import CODES
from tests.support.codec.format_samples import exactly
from tests.support.markdown import codes, read_page

PATH = Path(__file__).parents[4] / "docs/formats.md"
PAGE = read_page(PATH)
DECLARED = parse_types(PATH.read_text().partition("```toml\n")[2].partition("```")[0])
TYPES = DECLARED.types()
SPACE = (
    {name: getattr(dt, name) for name in ("UTC", "date", "datetime", "time", "timedelta", "timezone")}
    | {"Decimal": decimal.Decimal, "Fraction": fractions.Fraction, "UUID": uuid.UUID, "ZoneInfo": zoneinfo.ZoneInfo}
    | {name.partition(".")[2]: declared.cls for name, declared in DECLARED.by_name.items()}
    | {"math": math}
)
ROWS = [row for row in PAGE.rows if len(row) == 3 and codes(row[0]) and codes(row[1])]
MAPPING = [row for row in ROWS if format_of(codes(row[1])[0]) is None and row[0] != "sealed"]


@pytest.mark.parametrize("row", MAPPING, ids=[row[0] for row in MAPPING])
def test_an_example_is_what_is_written(row: tuple[str, str, str]) -> None:
    (source,), (shown,) = codes(row[0]), codes(row[1])
    obj = eval(source, dict(SPACE))  # noqa: S307 - the page's own examples
    assert encode(Format.JSON, obj, TYPES).decode() == shown
    assert exactly(decode(Format.JSON, shown.encode(), TYPES)) == exactly(obj)
    packed = encode(Format.MSGPACK, obj, TYPES)
    assert exactly(decode(Format.MSGPACK, packed, TYPES)) == exactly(obj)
    if row[2].startswith("extension"):
        extension = int(row[2].split()[1].rstrip(":;"))
        head = {0xC7: 2, 0xC8: 3}.get(packed[0], 1)
        assert packed[head] == extension


def test_every_reserved_name_and_extension_is_shown() -> None:
    text = " ".join(" ".join(row) for row in MAPPING)
    assert [name for name in (*NAMES, "$type") if f'"{name}"' not in text] == []
    assert [code for code in CODES.values() if f"extension {code}" not in text] == []


def test_every_type_of_a_field_is_named() -> None:
    described = PATH.read_text().partition("Field types are")[2].partition("\n\n")[0]
    assert [
        name for name in (*_SIMPLE, *_GENERIC) if f"`{name}`" not in described and f"`{name}[" not in described
    ] == []


def test_every_media_type_is_listed() -> None:
    for form in Format:
        (row,) = (row for row in PAGE.rows if form.media_type in codes(row[1]))
        for media in codes(row[1]) + [code for code in codes(row[2]) if "/" in code]:
            assert format_of(media) is form
