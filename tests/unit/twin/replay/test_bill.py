"""The units of a replay are those of docs/costs.md."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from brine_cli.replay.bill import REFRESH_STAMPS, expected_table_reads, item_size, looks
from brine_cli.replay.tally import RouteTally
from tests.support.markdown import read_page
from tests.unit.docs.test_costs import number

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = read_page(Path(__file__).parents[4] / "docs/costs.md")
KB = 1000


def miss(size: int) -> RouteTally:
    tally = RouteTally()
    tally.looked_up(item_size(0))
    tally.stored(item_size(size), 0.5)
    return tally


def hit(size: int) -> RouteTally:
    tally = RouteTally()
    tally.looked_up(item_size(size))
    tally.gets += item_size(size).is_large
    return tally


def followed(seconds: float) -> RouteTally:
    tally = RouteTally()
    tally.followed(item_size(KB), seconds)
    return tally


def not_stored(*, is_marked: bool) -> RouteTally:
    tally = RouteTally()
    tally.looked_up(item_size(0))
    tally.not_stored(0.5, has_lease=is_marked, is_marked=is_marked)
    return tally


def refreshed() -> RouteTally:
    tally = RouteTally()
    tally.reads += 2 * item_size(KB).read_units + REFRESH_STAMPS
    tally.stored(item_size(KB), 0.5)
    return tally


WAYS: dict[str, Callable[[], RouteTally]] = {
    "miss 1 KB": lambda: miss(KB),
    "miss 20 KB": lambda: miss(20 * KB),
    "miss 100 KB": lambda: miss(100 * KB),
    "table 1 KB": lambda: hit(KB),
    "table 20 KB": lambda: hit(20 * KB),
    "table 100 KB": lambda: hit(100 * KB),
    "follower, 1 look": lambda: followed(0.01),
    "follower, 3 looks": lambda: followed(0.1),
    "not stored": lambda: not_stored(is_marked=True),
    "not stored, again": lambda: not_stored(is_marked=False),
    "refresh": refreshed,
}


@pytest.mark.parametrize("name", WAYS)
def test_a_way_of_answering_takes_the_units_of_the_page(name: str) -> None:
    _, _, reads, writes, objects, *_ = PAGE.row(name)
    tally = WAYS[name]()
    shown = f"{tally.puts:.0f} PUT" if tally.puts else f"{tally.gets:.0f} GET" if tally.gets else "-"
    assert (tally.reads, tally.writes, shown) == (number(reads), number(writes), objects)


def test_each_environment_reads_a_response_once() -> None:
    assert expected_table_reads(1, 2) == 0.5
    assert expected_table_reads(10_000, 4) == pytest.approx(3)


def test_a_request_that_waits_longer_looks_more_often() -> None:
    assert [looks(seconds) for seconds in (0.01, 0.1, 0.5)] == [1, 3, 6]


def test_a_long_fetch_renews_its_lease_each_second() -> None:
    quick, slow = RouteTally(), RouteTally()
    quick.stored(item_size(KB), 0.9)
    slow.stored(item_size(KB), 3.5)
    assert slow.writes - quick.writes == 3


def test_an_answer_of_more_than_512_kb_is_several_requests_to_an_api() -> None:
    tally = RouteTally()
    tally.answered("hit", 600_000, 0.0)
    tally.answered("hit", 10, 0.0)
    assert tally.api_units == 3
