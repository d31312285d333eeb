"""The shortcuts of a replay come to what the rules decide: over random logs, each answer and each count is the same."""

from __future__ import annotations

import random
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from brine.adapters.config.routes import parse_routes
from brine_cli.replay.model.player import Player
from brine_cli.replay.origins.log_origins import LogOrigins
from brine_cli.replay.origins.samples import OriginSample, Samples
from brine_cli.replay.parts import drawn
from brine_cli.replay.rows import Row
from brine_cli.replay.tallies import Tallies
from tests.support.gateway.world import START

POLICIES = (
    "",
    'keep = "20s"',
    'freshness_lifetime = "60s"',
    'freshness_lifetime = "60s"\nkeep = "0s"',
    'freshness_lifetime = "1.5s"\ntimeout = "2s"',
    'freshness_lifetime = "60s"\njitter = 0.3\nkeep = "20s"\nnegative_lifetimes = { 404 = "30s", 503 = "5s" }',
    'freshness_lifetime = "60s"\ngrace = "1m"\nkeep = "30s"\nnegative_lifetimes = { 404 = "30s" }',
    'freshness_lifetime = "60s"\nearly_refresh = 10\nstore_post = true',
    'freshness_lifetime = "90d"\nkeep = "400d"\nkey_headers = ["X-Region"]\nset_cookie = "keep"',
)
ROUTES = parse_routes(
    "".join(
        f'[[route]]\nname = "r{n}"\nprefix = "/r{n}"\norigin = "http://origin.test"\n{keys}\n'
        for n, keys in enumerate(POLICIES)
    ),
    {},
)
FIELDS = (
    (),
    (("cache-control", "max-age=30, stale-while-revalidate=30"),),
    (("cache-control", "max-age=30"), ("etag", '"1"')),
    (("cache-control", "no-cache"), ("etag", '"1"')),
    (("cache-control", "no-cache, max-age=30"), ("etag", '"1"')),
    (("cache-control", "max-age=0, stale-if-error=20"), ("etag", '"1"')),
    (("cache-control", "s-maxage=60, max-age=5"), ("vary", "accept-language")),
    (("cache-control", "no-store"),),
    (("cache-control", "max-age=40"), ("set-cookie", "left-out=1")),
    (("cache-control", "max-age=40"), ("age", "3")),
    (("vary", "if-none-match"),),
    (("last-modified", "Mon, 14 Sep 2020 00:00:00 GMT"), ("date", "Mon, 14 Sep 2026 00:00:00 GMT")),
)


@dataclass(frozen=True)
class Log:
    """Rows for a few keys of one route, and the samples of its origin."""

    rows: list[Row]
    samples: Samples


GAPS = (
    *(
        0.0,
        0.0005,
        0.1,
        0.25,
        0.5,
        0.999,
        1.0,
        1.001,
        1.5,
        2.0,
        5.0,
        18.5,
        19.75,
        20.5,
        22.0,
        29.75,
        30.0,
        30.5,
        41.0,
        45.0,
        58.9,
        59.0,
    ),
    *(59.5, 59.75, 60.0, 60.0005, 60.25, 61.0, 62.0, 80.0, 89.75, 90.0, 119.0, 119.75, 121.0, 150.0, 3_600.0),
    *(86_400.0, 7_776_000.0, 31_536_000.0),
)
STATUSES = (*[200] * 10, *[304] * 4, 404, 404, 503, 503, 206, 301, 302, 204, 429)
SIZES = (10, 10, 10, 11, 40_000, -1)
SECONDS = (0.25, 0.25, 0.0, -1, 0.0005, 1.0, 1.6, 12.0, 30.0)
METHODS = (("GET",), ("GET",), ("GET", "GET", "GET", "POST"), ("GET", "GET", "HEAD"))


def log_of(seed: int) -> Log:
    """A log in which the same few things happen again and again, often at an age at which a decision changes.

    A strategy of Hypothesis would repeat itself too rarely for that.
    """
    chance = random.Random(seed)  # noqa: S311 - no secret
    route, fields = chance.randrange(len(POLICIES)), chance.choice([*[None] * 8, *FIELDS])
    samples = {} if fields is None else {f"/r{route}/a": OriginSample(200, fields, 10, 0.25)}
    gaps = chance.sample(GAPS, chance.choice([1, 2, 2, 3, 4]))
    parts = STATUSES, SIZES, SECONDS
    answers = [tuple(map(chance.choice, parts)) for _ in range(chance.choice([1, 2, 2, 3]))]
    methods, paths = chance.choice(METHODS), chance.choice(["a", "a", "aab"])
    rows, at = [], START + chance.choice([0.0, 0.621, 0.9995])
    for _ in range(chance.randint(6, 40)):
        at += chance.choice(gaps)
        status, size, seconds = chance.choice(answers)
        rows.append(
            Row(at, chance.choice(methods), f"/r{route}/{chance.choice(paths)}", int(status), int(size), seconds)
        )
    return Log(rows, Samples(samples))


def replayed(log: Log, *, decides_each: bool) -> tuple[list[object], Tallies]:
    outcomes: list[object] = []
    tallies = Tallies()
    player = Player(
        ROUTES,
        LogOrigins(log.rows, log.samples, 0.2, 100),
        tallies,
        environments=3,
        refresh_delay=0.2,
        draw=drawn,
        observe=lambda row, outcome: outcomes.append((row, outcome)),
        decides_each=decides_each,
    )
    player.play(log.rows)
    player.finish()
    return outcomes, tallies


@given(st.integers(0, 10**9))
@settings(max_examples=1_000, deadline=None)
def test_the_shortcuts_come_to_what_the_rules_decide(seed: int) -> None:
    log = log_of(seed)
    quick, counted = replayed(log, decides_each=False)
    slow, decided = replayed(log, decides_each=True)
    assert quick == slow
    assert dict(counted) == dict(decided)
