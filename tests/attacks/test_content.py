"""Hostile JSON and MessagePack: refused, or harmless, in bounded time and memory; so is writing the object again."""

from __future__ import annotations

import os
import sys
from typing import Any

import pytest

from brine.domain.formats.json_form import NAMES
from brine_codec.standard import HOMES
from tests.attacks.content.__main__ import SMALL, allowed_seconds, texts
from tests.attacks.content.bombs import json_bombs, msgpack_bombs
from tests.attacks.shares import in_shares

HARMLESS = {
    *(("JSON", name) for name in ("empty arrays", "empty sets", "one wide character", "short texts")),
    *(("MSGPACK", name) for name in ("keys that collide in 64 bits", "nothing, often", "short texts")),
}
"""What an honest client could have sent, and may: it takes no more than its size allows."""
BY_HAND = {
    f"{form}: {name}" for form, bombs in (("JSON", json_bombs()), ("MSGPACK", msgpack_bombs())) for name, _ in bombs
}
REFUSALS = ("FormatError", "ContentTooCostly", "TooLarge", "Unsupported")
BUSY = 1.5
"""How much longer than on an idle machine a second may last, beyond what the reports take into account."""


@pytest.fixture(scope="module")
def reports() -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "tests.attacks.content", ""]
    return in_shares(command, os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)})


def test_each_is_refused_or_accepted_and_kills_no_process(reports: list[dict[str, Any]]) -> None:
    assert len(reports) > 1_500
    expected = ("accepted", *(f"refused: {kind}" for kind in REFUSALS))
    assert [report for report in reports if not report["outcome"].startswith(expected)] == []


def test_hostile_content_is_refused(reports: list[dict[str, Any]]) -> None:
    harmless = {f"{form}: {name}" for form, name in HARMLESS}
    accepted = {report["name"] for report in reports if report["does"] == "read" and report["outcome"] == "accepted"}
    assert BY_HAND & accepted == harmless


def test_none_takes_more_than_a_second_for_a_megabyte(reports: list[dict[str, Any]]) -> None:
    """And 0.2 for the start. CPU seconds."""
    slow = [report for report in reports if report["seconds"] > BUSY * allowed_seconds(report["size"])]
    assert slow == []


def test_none_takes_more_than_256_mebibytes_for_a_megabyte(reports: list[dict[str, Any]]) -> None:
    """Below 10 KB, 64; and 512 at most, which is the most that the limits allow."""
    large = [report for report in reports if report["mebibytes"] > allowed_mebibytes(report["size"])]
    assert large == []


def allowed_mebibytes(size: int) -> float:
    return 64 + (min(256 * size / 1_000_000, 512 - 64) if size > SMALL else 0)


def test_every_mark_and_every_maker_is_there() -> None:
    written = b"".join(make() for form, name, make in texts() if form.name == "JSON" and "often, in 9000" in name)
    assert [name for name in NAMES if f'{{"{name}":'.encode() not in written] == []
    assert [cls for package, cls in HOMES if package != "datetime" and not _is_written(cls, written)] == []


def _is_written(cls: str, written: bytes) -> bool:
    return f'"py:{cls}"'.encode() in written or f'"${cls.lower()}"'.encode() in written
