"""The corpus against the walls: none executes code, changes state, crashes, hangs, or is accepted by mistake."""

from __future__ import annotations

import os
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tests.attacks.shares import in_shares

if TYPE_CHECKING:
    from pathlib import Path

Report = dict[str, Any]


def run(folder: Path, walls: str, prefix: str = "") -> list[Report]:
    """The reports of the runner, in processes of its own."""
    environment = os.environ | {"BRINE_CANARY": str(folder / "canary"), "PYTHONPATH": os.pathsep.join(sys.path)}
    environment["BRINE_DIALECT"] = "tree" if walls == "tree" else "graph"
    return in_shares([sys.executable, "-m", "tests.attacks.runner", walls, prefix], environment)


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> list[Report]:
    folder = tmp_path_factory.mktemp("attacks")
    return run(folder, "seal,gate,reader") + run(folder, "tree")


def of(reports: list[Report], wall: str) -> list[Report]:
    return [report for report in reports if report["wall"] == wall]


def test_the_corpus_is_large(reports: list[Report]) -> None:
    names = [report["name"] for report in of(reports, "gate")]
    assert len(names) == len(set(names)) > 1800
    assert len(of(reports, "tree")) == len({report["name"] for report in of(reports, "tree")}) > 1800
    assert sorted(report["name"] for report in of(reports, "seal")) == sorted(names)
    assert len(of(reports, "reader")) > 1000
    assert len({name.partition(":")[0] for name in names}) == 14


def test_without_the_key_nothing_is_looked_at(reports: list[Report]) -> None:
    assert {report["outcome"] for report in of(reports, "seal")} == {"refused: Tampered"}


@pytest.mark.parametrize("wall", ["tree", "gate", "reader"])
def test_with_the_key_all_is_refused_but_what_could_be_honest(reports: list[Report], wall: str) -> None:
    escaped = [
        report
        for report in of(reports, wall)
        if not report["outcome"].startswith("refused: ")
        and not (report["outcome"] == "accepted" and report["harmless"])
    ]
    assert escaped == []


def test_no_graph_gets_through_but_what_is_a_tree_too(reports: list[Report]) -> None:
    accepted = [report["name"] for report in of(reports, "gate") if report["outcome"] == "accepted"]
    assert len(accepted) < 60, accepted
    assert len([report for report in of(reports, "tree") if report["outcome"] == "accepted"]) > 200


BUSY = 2.5
"""How much longer the same work takes in CPU time on a machine whose cores and caches others use too."""


def allowed(report: Report) -> tuple[float, float]:
    """CPU seconds and MiB for an envelope of that size, on an idle machine.

    A small message may cost 0.2 s and 64 MiB. One from 10 KB to 1 MB may cost as much as one of 1 MB, by design: well
    compressed content is worth more than its bytes.
    """
    megabytes = report["size"] / 1_000_000
    return (0.2, 64) if megabytes < 0.01 else (max(1, megabytes), max(256, 256 * megabytes))


def is_greedy(report: Report) -> bool:
    """Whether it took more than allowed to open the envelope, or to show the opened object."""
    seconds, mebibytes = allowed(report)
    if report["wall"] == "reader":  # which has no bounds by size
        seconds, mebibytes = 1, 256
    slowest = max(report["seconds"], report.get("shown", 0))
    return bool(report["mebibytes"] > mebibytes or slowest > BUSY * seconds)


def test_no_attack_takes_more_than_its_size_allows(reports: list[Report], tmp_path: Path) -> None:
    """An attack that takes longer while the machine is busy gets two more tries: other processes can only add time."""
    greedy = [report for report in reports if is_greedy(report)]
    assert len(greedy) < 20, greedy
    for _ in range(2):
        again = [one for report in greedy for one in run(tmp_path, report["wall"], report["name"])]
        greedy = [report for report in again if is_greedy(report)]
    assert greedy == []


@pytest.mark.fuzz
def test_nothing_is_greedy_in_the_long_corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every maker in every position, at each size."""
    monkeypatch.setenv("BRINE_CORPUS", "long")
    reports = run(tmp_path, "tree")
    assert len(reports) > 2_500
    assert [report for report in reports if is_greedy(report)] == []


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
