"""A crowd in several languages asks for new variants of each page at once: each variant is fetched once and stored.

The cache knows the Vary of every second page.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from brine.adapters.http1 import HttpClient
from brine.bootstrap.gateway import build_gateway
from tests.races.crowd import PROCESSES, THREADS, Crowd, ask

if TYPE_CHECKING:
    from tests.races.crowd import SlowOrigin

pytestmark = pytest.mark.races
ROUNDS = 6
LANGUAGES = ("de", "en", "es", "fr")


def test_a_crowd_in_four_languages_makes_four_fetches_and_all_are_stored(
    environment: dict[str, str], origin: SlowOrigin, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [f"/o/page-{number}" for number in range(ROUNDS)]
    with HttpClient() as client:
        gateway = build_gateway(environment, client)
        assert [ask(gateway, path, "it").stored for path in paths[::2]] == [True] * (ROUNDS // 2)
    got = Crowd(environment, paths, LANGUAGES).ask()
    results = Counter(one.result for one in got)
    with capsys.disabled():
        print(f"\n{ROUNDS} rounds of {PROCESSES * THREADS} clients in four languages: {dict(results)}")
    for path in paths:
        for language in LANGUAGES:
            assert origin.asked[f"{path.removeprefix('/o')} {language}"] == 1
    assert [one for one in got if one.faults] == []
    assert results["miss"] == ROUNDS * len(LANGUAGES)
    assert [one.stored for one in got if one.result == "miss"] == [True] * ROUNDS * len(LANGUAGES)
    with HttpClient() as client:
        gateway = build_gateway(environment, client)
        answers = [ask(gateway, path, language) for path in paths for language in LANGUAGES]
    assert {answer.result for answer in answers} == {"hit"}
