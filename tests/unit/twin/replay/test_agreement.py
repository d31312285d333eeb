"""The model of `brine replay` agrees with the gateway: over any requests and responses, each answer is the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from brine.domain.http.dates import format_http_date
from brine_cli.replay.model.player import Player
from brine_cli.replay.tallies import Tallies
from tests.support.gateway.replayed import (
    KEYS,
    REFRESH_DELAY,
    ROUTES,
    Behaviour,
    OriginOfSteps,
    RealGateway,
    Seen,
    Step,
)
from tests.support.gateway.world import START

if TYPE_CHECKING:
    from brine_cli.replay.model.outcomes import Outcome
    from brine_cli.replay.rows import Row

CACHE_CONTROL = st.sampled_from(
    [
        "max-age=30",
        "max-age=30, stale-while-revalidate=60",
        "s-maxage=20, stale-if-error=100",
        "max-age=0",
        "max-age=2, stale-while-revalidate=1",
        "no-store",
        "no-cache",
        "private",
        "public, max-age=40",
        "max-age=30, must-revalidate",
        "max-age=100, immutable",
    ]
)
ETAGS = st.sampled_from(['"1"', '"2"', 'W/"3"'])
RESPONSE_FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "cache-control": CACHE_CONTROL,
        "etag": ETAGS,
        "last-modified": st.sampled_from([format_http_date(START - 1000), format_http_date(START - 100_000)]),
        "vary": st.sampled_from(["accept-language", "accept, x-region", "*"]),
        "set-cookie": st.just("id=1"),
        "age": st.sampled_from(["3", "50"]),
        "content-language": st.just("en"),
        "location": st.sampled_from(["/base/b", "/elsewhere"]),
        "content-location": st.just("/base/a"),
        "expires": st.just(format_http_date(START + 60)),
    },
)
REQUEST_FIELDS = st.one_of(
    st.just({}),
    st.just({}),
    st.fixed_dictionaries(
        {},
        optional={
            "cache-control": st.sampled_from(
                ["no-cache", "max-age=0", "max-stale", "only-if-cached", "no-store", "min-fresh=10", "max-stale=20"]
            ),
            "if-none-match": st.sampled_from(['"1"', '"2"', "*"]),
            "if-modified-since": st.just(format_http_date(START - 1000)),
            "range": st.sampled_from(["bytes=0-9", "bytes=10-19", "bytes=5-", "bytes=0-1,5-6", "bytes=990-"]),
            "accept-language": st.sampled_from(["en", "de, en;q=0.5"]),
            "x-region": st.sampled_from(["eu", "us"]),
            "authorization": st.just("Bearer 1"),
            "cookie": st.just("id=1"),
            "if-match": st.just('"1"'),
        },
    ),
)
BEHAVIOURS = st.builds(
    Behaviour,
    status=st.sampled_from([200] * 8 + [404, 503, 301, 500, 204, 429]),
    fields=RESPONSE_FIELDS.map(lambda fields: tuple(fields.items())),
    size=st.sampled_from([20, 30, 5000]),
    seconds=st.sampled_from([0.0, 0.125, 1.5, 3.0]),
    ranges=st.booleans(),
)
STEPS = st.builds(
    Step,
    gap=st.sampled_from([0.0, 0.5, 4.0, 19.0, 31.0, 70.0, 1000.0]),
    method=st.sampled_from(["GET"] * 8 + ["HEAD", "HEAD", "POST", "PUT", "DELETE"]),
    target=st.sampled_from(["/a", "/a?x=1", "/b", "/a?x=1&utm_x=2"]),
    fields=REQUEST_FIELDS.map(lambda fields: tuple(fields.items())),
    behaviour=BEHAVIOURS,
)


@st.composite
def stories(draw: st.DrawFn) -> list[Step]:
    """Requests to one route, with few behaviours of its origin, so that hits and validations are frequent."""
    route = draw(st.integers(0, len(KEYS) - 1))
    behaviours = draw(st.lists(BEHAVIOURS, min_size=1, max_size=3))
    steps = draw(st.lists(STEPS, min_size=2, max_size=12))
    return [
        Step(
            one.gap,
            one.method,
            f"/r{route}{one.target}",
            one.fields,
            behaviours[number % len(behaviours)],
            b'{"a": 1}' if one.method == "POST" else b"",
        )
        for number, one in enumerate(steps)
    ]


def replayed(rows: list[Row], steps: list[Step], *, decides_each: bool) -> tuple[list[Seen], Tallies]:
    """What the model answers to the same rows, each with an origin that behaves as the step of the row says."""
    outcomes: list[Seen] = []

    def observe(_: Row, outcome: Outcome) -> None:
        size = -1 if outcome.result in {"problem", "refused"} else outcome.size
        outcomes.append(Seen(outcome.result, outcome.status, size, outcome.reason, outcome.stored))

    tallies = Tallies()
    origin = OriginOfSteps(rows, steps)
    player = Player(
        ROUTES,
        origin,
        tallies,
        environments=1,
        refresh_delay=REFRESH_DELAY,
        draw=lambda: 0.5,
        observe=observe,
        decides_each=decides_each,
    )
    for row in rows:
        player.play([row])
    player.finish()
    return outcomes, tallies


@given(stories())
@settings(max_examples=200)
def test_the_model_answers_as_the_gateway_does(steps: list[Step]) -> None:
    gateway = RealGateway()
    lived = [gateway.live(step) for step in steps]
    rows = [row for row, _ in lived]
    outcomes, _ = replayed(rows, steps, decides_each=True)
    assert outcomes == [one for _, one in lived]
