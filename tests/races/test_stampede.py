"""A crowd of clients in several processes asks for new keys, round after round: each key is fetched once."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.races.crowd import PROCESSES, THREADS, Crowd, page

if TYPE_CHECKING:
    from tests.races.crowd import SlowOrigin

pytestmark = pytest.mark.races
ROUNDS = 50


def test_a_crowd_on_a_cold_key_makes_one_fetch(
    environment: dict[str, str], origin: SlowOrigin, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [f"/o/page-{number}" for number in range(ROUNDS)]
    got = Crowd(environment, paths).ask()
    results = Counter(one.result for one in got)
    with capsys.disabled():
        print(f"\n{ROUNDS} rounds of {PROCESSES * THREADS} clients in {PROCESSES} processes: {dict(results)}")
    assert len(got) == PROCESSES * THREADS * ROUNDS
    assert {path: origin.asked[path.removeprefix("/o")] for path in paths} == dict.fromkeys(paths, 1)
    assert [one for one in got if one.body != page(one.path.removeprefix("/o"), 1)] == []
    assert [one.faults for one in got if one.faults] == []
    assert results["miss"] == ROUNDS
    assert set(results) <= {"miss", "collapsed", "hit"}
    assert results["collapsed"] > len(got) / 2  # else hardly anybody came during the fetch
