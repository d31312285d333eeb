"""The exchange under faults: no message is altered or lost, copies have one id, no good message is buried.

`uv run pytest -m fuzz tests/exchange_run` plays thousands of messages, some of which crash their receivers: an hour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.exchange_run.run import Plan, Run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.exchange_run.run import Outcome


def shown(outcome: Outcome, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return the violations; print figures to the terminal."""
    violations = outcome.ledger.violations()
    with capsys.disabled():
        print(f"\n{outcome.seconds:.0f} s: {outcome.ledger.summary()}")
        print(f"faults {dict(outcome.faults)}, {outcome.crashes} crashes, {outcome.kills} kills, {dict(outcome.notes)}")
        print(*sorted(set(outcome.ledger.failures.values()))[:5], sep="\n")
        print(f"{len(violations)} violations", *violations[:40], sep="\n")
    return violations


def test_a_run_with_faults_everywhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = Plan(good=150)
    outcome = Run(plan, tmp_path).play()
    assert shown(outcome, capsys) == []
    assert outcome.left == 0
    assert len(outcome.ledger.ids) > 0.9 * plan.good
    assert min(outcome.faults.values()) > 0.1 * plan.good


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", [1, 2])
def test_a_long_run_with_poison(tmp_path: Path, capsys: pytest.CaptureFixture[str], seed: int) -> None:
    plan = Plan(good=3_000, poison=15, seed=seed, drain=1_200)
    outcome = Run(plan, tmp_path).play()
    assert shown(outcome, capsys) == []
    assert outcome.left == 0
    assert len(outcome.ledger.ids) > 0.9 * plan.good
    assert set(outcome.ledger.buried) <= set(range(plan.good, plan.good + plan.poison))
