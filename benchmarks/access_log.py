"""Writes an access log as a shop has it: few products are popular, and the nights are quiet.

    uv run python -m benchmarks.access_log 100000 > access.log

The same arguments give the same log. The popularity of the products is Zipf's: the second most popular one gets half of
the requests of the first.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import random
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

START = datetime(2026, 9, 14, tzinfo=UTC)
WORDS = ("shoes", "shirt", "lamp", "table", "chair", "mug", "rug", "desk", "bowl", "vase")
AGENTS = ("Mozilla/5.0 (X11; Linux x86_64) Firefox/143.0", "okhttp/5.1.0", "Shop/4.2 (iPhone; iOS 26.0)")


class LoggedRequest(NamedTuple):
    """One line. `seconds`: how long the origin took."""

    time: datetime
    method: str
    target: str
    status: int
    size: int
    seconds: float


def requests(count: int, products: int, days: float, seed: int = 1) -> Iterator[LoggedRequest]:
    """Yield requests in the order of their times."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    weights = list(itertools.accumulate(1 / rank for rank in range(1, products + 1)))
    ranks = list(range(products))
    chance.shuffle(ranks)
    hours = [1 + 0.8 * math.sin((hour - 9) / 24 * 2 * math.pi) for hour in range(max(1, round(days * 24)))]
    times = sorted(
        (hour + chance.random()) * days * 24 / len(hours)
        for hour in chance.choices(range(len(hours)), weights=hours, k=count)
    )
    for hour, drawn in zip(times, chance.choices(ranks, cum_weights=weights, k=count), strict=True):
        at = START + timedelta(hours=hour)
        seconds = min(8.0, chance.lognormvariate(-1.9, 0.6))
        kind = chance.random()
        status = 503 if chance.random() < 0.002 else 200
        if kind < 0.72:
            version = int(hour / (6 + drawn % 50))  # each product changes after its own number of hours
            size = 900 + (drawn * 7919 + version * 104_729) % 5_000
            if status == 200 and chance.random() < 0.12:
                status, size = 304, 0
            yield LoggedRequest(at, "GET", f"/shop/products/{drawn}", status, size, seconds)
        elif kind < 0.9:
            word = chance.choices(WORDS, weights=range(len(WORDS), 0, -1))[0]
            page = 1 + int(chance.paretovariate(1.5)) % 40
            target = f"/shop/search?q={word}&page={page}"
            yield LoggedRequest(at, "GET", target, status, 8_000 + 400 * (page % 9), seconds * 2)
        elif kind < 0.93:
            yield LoggedRequest(at, "GET", f"/shop/products/{products + drawn}", 404, 120, seconds / 2)
        elif kind < 0.97:
            yield LoggedRequest(at, "GET", "/account/me", status, 640, seconds)
        else:
            yield LoggedRequest(at, "POST", "/account/orders", 201 if status == 200 else status, 310, seconds * 3)


def combined(one: LoggedRequest, client: int) -> str:
    """Return a line in the combined format, with nginx's time of the origin at its end."""
    at = one.time.strftime("%d/%b/%Y:%H:%M:%S +0000")
    return (
        f'203.0.113.{client % 250} - - [{at}] "{one.method} {one.target} HTTP/1.1" {one.status} {one.size} "-" '
        f'"{AGENTS[client % 3]}" urt="{one.seconds:.3f}"'
    )


def api_gateway(one: LoggedRequest, client: int) -> str:
    """Return a line as an HTTP API writes it, with the usual fields of $context."""
    path, _, query = one.target.partition("?")
    record = {
        "requestId": f"{client:08x}",
        "ip": f"203.0.113.{client % 250}",
        "requestTime": one.time.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "requestTimeEpoch": int(one.time.timestamp() * 1000),
        "httpMethod": one.method,
        "path": path,
        "queryString": query or "-",
        "status": str(one.status),
        "protocol": "HTTP/1.1",
        "responseLength": str(one.size),
        "integrationLatency": f"{one.seconds * 1000:.0f}",
    }
    return json.dumps(record)


FORMATS = {"combined": combined, "json": api_gateway}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, metavar="REQUESTS")
    parser.add_argument("--format", choices=FORMATS, default="combined")
    parser.add_argument("--products", type=int, default=20_000)
    parser.add_argument("--days", type=float, default=7)
    options = parser.parse_args()
    line_of = FORMATS[options.format]
    for number, one in enumerate(requests(options.count, options.products, options.days)):
        sys.stdout.write(line_of(one, number * 7919 % 65_521) + "\n")


if __name__ == "__main__":
    main()
