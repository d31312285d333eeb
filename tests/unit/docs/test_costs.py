"""The sums in docs/costs.md follow from its prices and its units."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.markdown import codes, read_page

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE = read_page(Path(__file__).parents[3] / "docs/costs.md")
MONTH = 730  # hours
MIX = {"memory": 0.45, "table": 0.45, "miss": 0.10}
SECONDS = {"memory": 0.005, "table": 0.015, "miss": 0.2}
GIGABYTES = 1.0
SIZES = (1, 20, 100)  # KB
MILLIONS = (1, 10, 100)


def number(cell: str) -> float:
    """The number that a cell begins with; 0 where it has none."""
    found = re.match(r"[0-9.]+", cell)
    return float(found[0]) if found else 0.0


def price(name: str) -> float:
    return number(PAGE.row(name)[1])


def stores(name: str) -> float:
    """The cost of a million such answers in table, bucket and queue."""
    _, _, reads, writes, objects, messages, *_ = PAGE.row(name)
    count, _, kind = objects.partition(" ")
    bucket = int(count) * price(kind) if kind else 0.0
    return (
        number(reads) * price("read unit")
        + number(writes) * price("write unit")
        + bucket
        + number(messages) * price("message")
    )


def by_kind(size: int) -> dict[str, float]:
    """The same for each kind of answer with a body of so many KB."""
    return {"memory": stores("memory"), "table": stores(f"table {size} KB"), "miss": stores(f"miss {size} KB")}


def mixed(costs: Mapping[str, float]) -> float:
    return sum(share * costs[kind] for kind, share in MIX.items())


def front() -> float:
    """The cost of a million requests in an HTTP API and a function, with any cache."""
    seconds = mixed(SECONDS)
    return price("HTTP API") + price("invocation") + seconds * GIGABYTES * price("GB-second")


@dataclass(frozen=True)
class Alternative:
    """The cost of a cache in a month: a fixed part, and a part for each million requests."""

    fixed: float
    per_million: float

    def month(self, millions: float) -> str:
        return f"{self.fixed + self.per_million * millions:,.2f}"


def alternatives(size: int) -> dict[str, Alternative]:
    ecpus = MIX["table"] * size + MIX["miss"] * (1 + size)  # a read, or an empty read and a write: 1 for each KB
    return {
        "Brine": Alternative(price("secret"), front() + mixed(by_kind(size))),
        "stage cache": Alternative(MONTH * price("stage cache"), price("REST API")),
        "node": Alternative(MONTH * price("node"), front()),
        "Valkey": Alternative(MONTH * 0.1 * price("Valkey GB"), front() + ecpus * price("ECPU")),
    }


DAY = 86_400  # seconds
RATE = 100  # requests a second: the default of RequestRate
LOG_KB = 1.4
FLOODS = {
    "flood of hits": stores("memory") + SECONDS["memory"] * GIGABYTES * price("GB-second"),
    "flood of new URLs, 1 KB": stores("miss 1 KB") + SECONDS["miss"] * GIGABYTES * price("GB-second"),
    "flood of new URLs, 20 KB": stores("miss 20 KB") + SECONDS["miss"] * GIGABYTES * price("GB-second"),
    "flood of new URLs, 100 KB": stores("miss 100 KB") + SECONDS["miss"] * GIGABYTES * price("GB-second"),
    "flood of POSTs": stores("invalidation") + SECONDS["miss"] * GIGABYTES * price("GB-second"),
    "flood of hits of 5 MB": 9 * price("HTTP API") + 5_000 * price("traffic GB") + 0.1 * price("GB-second"),
}


@pytest.mark.parametrize("name", FLOODS)
def test_a_day_of_flood(name: str) -> None:
    each = FLOODS[name] + price("HTTP API") + price("invocation") + LOG_KB * price("log GB")
    assert PAGE.row(name)[-1] == f"{each * RATE * DAY / 1e6:,.0f}"


def test_a_day_of_functions_that_wait() -> None:
    each = GIGABYTES * price("GB-second") * DAY / 1e6
    assert PAGE.row("flood that waits, each function")[-1] == f"{each:,.2f}"


def test_the_rate_is_the_template_s() -> None:
    template = (Path(__file__).parents[3] / "template.yaml").read_text()
    assert f"  RequestRate:\n    Type: Number\n    Default: {RATE}\n" in template


SECRETS = {"gateway": 1, "exchange": 1, "functions": 1}


def test_what_the_secrets_of_a_stack_cost() -> None:
    for name, count in SECRETS.items():
        assert PAGE.row(f"secrets of the {name}")[-1] == f"{count * price('secret'):.2f}"
    assert PAGE.row("secrets of a channel")[-1] == f"{price('secret'):.2f}"
    assert PAGE.row("secrets of the stack")[-1] == f"{sum(SECRETS.values()) * price('secret'):.2f}"
    template = (Path(__file__).parents[3] / "template.yaml").read_text()
    assert template.count("Type: AWS::SecretsManager::Secret\n") == sum(SECRETS.values())


ANSWERS = [row for row in PAGE.rows if len(row) == 7 and codes(row[0])]


@pytest.mark.parametrize("row", ANSWERS, ids=lambda row: codes(row[0])[0])
def test_the_price_of_an_answer(row: tuple[str, ...]) -> None:
    assert row[6] == f"{stores(codes(row[0])[0]):.3f}"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("millions", MILLIONS)
def test_a_month(size: int, millions: int) -> None:
    row = PAGE.row(f"{millions} M of {size} KB")
    assert list(row[1:]) == [one.month(millions) for one in alternatives(size).values()]


@pytest.mark.parametrize("size", SIZES)
def test_where_the_others_become_cheaper(size: int) -> None:
    brine, *others = alternatives(size).values()
    found = []
    for other in others:
        gained = brine.per_million - other.per_million
        found.append(f"{(other.fixed - brine.fixed) / gained:.0f} M" if gained > 0 else "never")
    assert list(PAGE.row(f"{size} KB")[1:]) == found
