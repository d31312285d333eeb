"""The corpus against the walls: nothing executed, changed, crashed, hung, or accepted that must not be."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

Report = dict[str, Any]


def run(folder: Path, walls: str, prefix: str = "") -> list[Report]:
    """The reports of the runner, in a process of its own."""
    environment = os.environ | {"BRINE_CANARY": str(folder / "canary"), "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "tests.attacks.runner", walls, prefix]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, timeout=600)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> list[Report]:
    return run(tmp_path_factory.mktemp("attacks"), "seal,gate,reader")


def of(reports: list[Report], wall: str) -> list[Report]:
    return [report for report in reports if report["wall"] == wall]


def test_the_corpus_is_large(reports: list[Report]) -> None:
    names = [report["name"] for report in of(reports, "gate")]
    assert len(names) == len(set(names)) > 1500
    assert sorted(report["name"] for report in of(reports, "seal")) == sorted(names)
    assert len(of(reports, "reader")) > 1000
    assert len({name.partition(":")[0] for name in names}) == 10


def test_without_the_key_nothing_is_looked_at(reports: list[Report]) -> None:
    assert {report["outcome"] for report in of(reports, "seal")} == {"refused: Tampered"}


@pytest.mark.parametrize("wall", ["gate", "reader"])
def test_with_the_key_all_is_refused_but_what_could_be_honest(reports: list[Report], wall: str) -> None:
    escaped = [
        report
        for report in of(reports, wall)
        if not report["outcome"].startswith("refused: ")
        and not (report["outcome"] == "accepted" and report["harmless"])
    ]
    assert escaped == []


def is_greedy(report: Report) -> bool:
    """Whether it took more than 256 MiB or a second of CPU. The bombs of 40 MB take up to 0.75 of one, when idle."""
    seconds: float = report["seconds"]
    return report["mebibytes"] > 256 or seconds > (2 if "40 MB" in report["name"] else 1)


def test_no_attack_takes_more_than_a_second_or_256_mebibytes(reports: list[Report], tmp_path: Path) -> None:
    """What takes longer while others use the machine gets two more tries: they can only add to it."""
    greedy = [report for report in reports if is_greedy(report)]
    assert len(greedy) < 20
    for _ in range(2):
        again = [one for report in greedy for one in run(tmp_path, report["wall"], report["name"])]
        greedy = [report for report in again if is_greedy(report)]
    assert greedy == []


@pytest.mark.parametrize(
    ("prefix", "outcome"),
    [
        ("gadgets: tests.attacks.victim.sing", "executed"),
        ("opcodes: BUILD class Open", "polluted"),
        ("opcodes: BUILD class Mood", "polluted"),
        ("opcodes: EXT1 called", "executed"),
        ("names: 'os' 'environ'", "accepted"),
        ("bombs: tuple 300000 deep as a key", "crash: SIGSEGV"),
        ("bombs: doubled tuple 60 as a key", "hang"),
        ("structure: cut at 9", "foreign: UnpicklingError"),
    ],
)
def test_bare_pickle_falls(tmp_path: Path, prefix: str, outcome: str) -> None:
    """So the canaries, the limits and the watch on shared state do notice."""
    found = Counter(report["outcome"] for report in run(tmp_path, "none", prefix))
    assert found[outcome] >= 1, found


def test_bare_pickle_is_made_to_eat_memory(tmp_path: Path) -> None:
    (report,) = run(tmp_path, "none", "bombs: 40 MB of sets")
    assert report["outcome"].startswith("foreign: MemoryError") or report["mebibytes"] > 256
