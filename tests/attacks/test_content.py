"""Hostile JSON and MessagePack: refused, or harmless, in bounded time and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

HARMLESS = {("JSON", "short texts"), ("MSGPACK", "keys that collide in 64 bits")}


@pytest.fixture(scope="module")
def reports() -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "tests.attacks.content"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, timeout=300)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_each_is_refused_or_harmless(reports: list[dict[str, Any]]) -> None:
    assert len(reports) > 50
    escaped = [
        report
        for report in reports
        if report["outcome"] not in {"refused: FormatError", "refused: ContentTooLarge"}
        and not (report["outcome"] == "accepted" and (report["form"], report["name"]) in HARMLESS)
    ]
    assert escaped == []


def test_none_takes_more_than_two_seconds_or_256_mebibytes(reports: list[dict[str, Any]]) -> None:
    """CPU seconds; an idle machine needs 0.8 for the longest."""
    assert [report for report in reports if report["mebibytes"] > 256 or report["seconds"] > 2] == []
