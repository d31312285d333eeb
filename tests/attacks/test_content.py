"""Hostile JSON and MessagePack: refused, or harmless, in bounded time and memory, and so is writing what came of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from brine.domain.formats.json_form import NAMES
from brine_codec.standard import HOMES
from tests.attacks.content.__main__ import allowed_seconds, texts
from tests.attacks.content.bombs import json_bombs, msgpack_bombs

HARMLESS = {("JSON", "short texts"), ("MSGPACK", "keys that collide in 64 bits")}
"""What an honest client could have sent."""
BY_HAND = {
    f"{form}: {name}" for form, bombs in (("JSON", json_bombs()), ("MSGPACK", msgpack_bombs())) for name, _ in bombs
}
SMALL = 10_000
BUSY = 1.5
"""How much longer than on an idle machine a second may last, beyond what the reports take into account."""


@pytest.fixture(scope="module")
def reports() -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "tests.attacks.content"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, timeout=1_800)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_each_is_refused_or_accepted_and_kills_no_process(reports: list[dict[str, Any]]) -> None:
    assert len(reports) > 1_500
    expected = ("accepted", "refused: FormatError", "refused: ContentTooLarge", "refused: TooLarge")
    assert [report for report in reports if not report["outcome"].startswith(expected)] == []


def test_what_no_honest_client_sends_is_refused(reports: list[dict[str, Any]]) -> None:
    harmless = {f"{form}: {name}" for form, name in HARMLESS}
    accepted = {report["name"] for report in reports if report["does"] == "read" and report["outcome"] == "accepted"}
    assert BY_HAND & accepted == harmless


def test_none_takes_more_than_a_second_for_a_megabyte(reports: list[dict[str, Any]]) -> None:
    """CPU seconds. Below 10 KB, 0.2."""
    slow = [report for report in reports if report["seconds"] > BUSY * allowed_seconds(report["size"])]
    assert slow == []


def test_none_takes_more_than_256_mebibytes_or_64_below_10_kilobytes(reports: list[dict[str, Any]]) -> None:
    assert [report for report in reports if report["mebibytes"] > (64 if report["size"] <= SMALL else 256)] == []


def test_every_mark_and_every_maker_is_there() -> None:
    written = b"".join(make() for form, name, make in texts() if form.name == "JSON" and "often, in 9000" in name)
    assert [name for name in NAMES if f'{{"{name}":'.encode() not in written] == []
    assert [cls for package, cls in HOMES if package != "datetime" and not _is_written(cls, written)] == []


def _is_written(cls: str, written: bytes) -> bool:
    return f'"py:{cls}"'.encode() in written or f'"${cls.lower()}"'.encode() in written
