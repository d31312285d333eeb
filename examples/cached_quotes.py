"""Keep the results of a function that asks a shop (docs/pickle-cache.md). The environment names the table and the keys.

uv run python -m examples.cached_quotes
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal

from brine import cache, cached


@dataclass(frozen=True)
class Quote:
    """The price of a product."""

    product: str
    price: Decimal


quotes = cache("quotes")


@cached(quotes, freshness_lifetime="1m", grace="10m", tags=["prices"])
def quote_of(product: str) -> Quote:
    return ask_the_shop(product)


asked: list[str] = []


def ask_the_shop(product: str) -> Quote:
    """Stand for a slow service: a price after half a second."""
    asked.append(product)
    time.sleep(0.5)
    return Quote(product, Decimal("3.25"))


def main() -> None:
    """Ask for the same quote in many threads, then purge it and ask again."""
    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(quote_of, ["tea"] * 20))
    print(f"{len(answers)} calls, {len(asked)} computed: {answers[0]}")

    quotes.purge_tag("prices")
    quote_of("tea")
    print(f"{len(asked)} computed after the purge")


if __name__ == "__main__":
    main()
