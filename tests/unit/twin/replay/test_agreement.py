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

LIFETIMES = (
    "max-age=30",
    "max-age=30, stale-while-revalidate=60",
    "max-age=30, stale-while-revalidate=60",
    "s-maxage=20, stale-if-error=100",
    "max-age=0",
    "max-age=2, stale-while-revalidate=1",
    "public, max-age=40",
    "max-age=30, must-revalidate",
    "max-age=100, immutable",
    "no-cache",
    "no-store",
    "private",
)
RESPONSE_FIELDS = (
    ("etag", '"1"'),
    ("etag", '"2"'),
    ("etag", 'W/"3"'),
    ("last-modified", format_http_date(START - 1000)),
    ("last-modified", format_http_date(START - 100_000)),
    ("vary", "accept-language"),
    ("vary", "accept, x-region"),
    ("vary", "*"),
    ("set-cookie", "id=1"),
    ("age", "3"),
    ("content-language", "en"),
    ("location", "/base/b"),
    ("content-location", "/base/a"),
    ("expires", format_http_date(START + 60)),
)
REQUEST_FIELDS = (
    ("cache-control", "no-cache"),
    ("cache-control", "max-age=0"),
    ("cache-control", "max-stale"),
    ("cache-control", "max-stale=20"),
    ("cache-control", "only-if-cached"),
    ("cache-control", "no-store"),
    ("cache-control", "min-fresh=10"),
    ("if-none-match", '"1"'),
    ("if-none-match", "*"),
    ("if-modified-since", format_http_date(START - 1000)),
    ("range", "bytes=0-9"),
    ("range", "bytes=10-19"),
    ("range", "bytes=5-"),
    ("range", "bytes=0-1,5-6"),
    ("accept-language", "en"),
    ("accept-language", "de, en;q=0.5"),
    ("x-region", "eu"),
    ("authorization", "Bearer 1"),
    ("cookie", "id=1"),
    ("if-match", '"1"'),
)


def some_of(fields: tuple[tuple[str, str], ...], most: int) -> st.SearchStrategy[tuple[tuple[str, str], ...]]:
    """A few of these field lines, each name once; often none."""
    some = st.lists(st.sampled_from(fields), max_size=most, unique_by=lambda line: line[0]).map(tuple)
    return st.one_of(st.just(()), st.just(()), some)


BEHAVIOURS = st.builds(
    lambda lifetime, fields, **rest: Behaviour(
        fields=(*fields, *((("cache-control", lifetime),) if lifetime else ())), **rest
    ),
    st.sampled_from([*LIFETIMES, *[None] * 4]),
    some_of(RESPONSE_FIELDS, 3),
    status=st.sampled_from([200] * 12 + [404, 503, 301, 500, 204, 429]),
    size=st.sampled_from([20, 30, 5000]),
    seconds=st.sampled_from([0.0, 0.125, 0.125, 1.5, 3.0]),
    ranges=st.booleans(),
)
STEPS = st.builds(
    Step,
    gap=st.sampled_from([0.0, 0.5, 0.5, 4.0, 4.0, 19.0, 31.0, 70.0, 1000.0]),
    method=st.sampled_from(["GET"] * 14 + ["HEAD", "POST", "PUT", "DELETE"]),
    target=st.sampled_from(["/a", "/a", "/a?x=1", "/b", "/a?x=1&utm_x=2"]),
    fields=some_of(REQUEST_FIELDS, 2),
    behaviour=BEHAVIOURS,
)


@st.composite
def stories(draw: st.DrawFn) -> list[Step]:
    """Requests to one route, with few behaviours of its origin, so that hits and validations are frequent.

    In half of the stories, no request has a field: so are most access logs.
    """
    route, has_fields = draw(st.integers(0, len(KEYS) - 1)), draw(st.booleans())
    behaviours = draw(st.lists(BEHAVIOURS, min_size=1, max_size=3))
    steps = draw(st.lists(STEPS, min_size=4, max_size=20))
    return [
        Step(
            one.gap,
            one.method,
            f"/r{route}{one.target}",
            one.fields if has_fields else (),
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
        draw=lambda _key, _now: 0.5,
        observe=observe,
        decides_each=decides_each,
    )
    for row in rows:
        player.play([row])
    player.finish()
    return outcomes, tallies


@given(stories())
@settings(max_examples=120, deadline=None)
def test_the_model_answers_as_the_gateway_does(steps: list[Step]) -> None:
    gateway = RealGateway()
    lived = [gateway.live(step) for step in steps]
    rows, answers = [row for row, _ in lived], [answer for _, answer in lived]
    assert replayed(rows, steps, decides_each=True)[0] == answers
    assert replayed(rows, steps, decides_each=False)[0] == answers


@given(stories())
@settings(max_examples=40, deadline=None)
def test_a_hit_without_a_decision_is_the_hit_that_the_rules_decide(steps: list[Step]) -> None:
    gateway = RealGateway()
    rows = [gateway.live(step)[0] for step in steps]
    again = [row._replace(time=row.time + extra) for row in rows for extra in (0.0, 0.01, 0.02)]
    again.sort(key=lambda row: row.time)
    all_steps = [step for step in steps for _ in range(3)]
    quick, counted = replayed(again, all_steps, decides_each=False)
    slow, decided = replayed(again, all_steps, decides_each=True)
    assert quick == slow
    assert dict(counted) == dict(decided)
