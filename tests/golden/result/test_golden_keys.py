"""The bytes of every kind of value in a key. A change of these bytes loses the stored results with such a key."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path, PurePosixPath
from uuid import UUID
from zoneinfo import ZoneInfo

from brine.domain.results.key_encoding import encode_key
from tests.unit.domain.results import key_samples as samples

NOON = datetime(2026, 10, 25, 12)  # noqa: DTZ001 - naive ones are keys too
VALUES: dict[str, object] = {
    "plain": ("text", b"bytes", 7, -1, 2.5, True, None, ("inner",), ()),
    "date": date(2026, 10, 25),
    "datetime": NOON,
    "datetime in UTC": NOON.replace(tzinfo=UTC),
    "datetime with an offset": NOON.replace(tzinfo=timezone(timedelta(hours=-5, minutes=-30), "X")),
    "datetime in a zone": datetime(2026, 10, 25, 2, 30, 0, 5, fold=1, tzinfo=ZoneInfo("Europe/Berlin")),
    "time": time(1, 2, 3),
    "timedelta": timedelta(days=-1, microseconds=1),
    "uuid": UUID(int=2**100),
    "decimal": Decimal("1.50"),
    "frozenset": frozenset({1, "a", (2,)}),
    "enum": samples.Level.LOW,
    "flag": samples.Access.READ | samples.Access.WRITE,
    "class": samples.Point,
    "named tuple": samples.Pair(1, 2),
    "dataclass": samples.Point(1, samples.Size(2)),
    "attrs": samples.Weight(1),
    "pydantic": samples.Request.model_validate({"x": 1, "more": "extra"}),
    "msgspec": samples.Query(1),
    "path": PurePosixPath("a/b"),
}


def test_the_bytes_of_keys_stay_the_same() -> None:
    golden = json.loads((Path(__file__).parent / "keys.json").read_text(encoding="utf-8"))
    assert {name: encode_key(value).hex() for name, value in VALUES.items()} == golden
