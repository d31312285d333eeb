"""Any sequence of range requests gets the bytes that an origin would give, and no byte is written twice."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import Literal

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.gateway.media import Cinema, Media

SIZE = 40
VERSIONS = (bytes(range(SIZE)), bytes(range(100, 100 + SIZE)))

type Step = str | Literal["restart", "wait", "lose"] | None

PLACES = st.integers(0, SIZE + 3)
RANGES = st.one_of(
    st.tuples(PLACES, st.integers(0, 20)).map(lambda one: f"{one[0]}-{one[0] + one[1]}"),
    PLACES.map("{}-".format),
    PLACES.map("-{}".format),
    st.tuples(PLACES, PLACES).map(lambda one: f"{one[0]}-{one[0]},{one[1]}-"),
)
EVENTS = st.sampled_from(["restart", "wait", "lose"])
STEPS = st.lists(st.one_of(RANGES, RANGES, RANGES, RANGES, st.none(), EVENTS), min_size=3, max_size=14)


@dataclass
class Model:
    """The gateway, and what its answers must be."""

    cinema: Cinema
    losses: int = 0
    seen: set[tuple[int, int]] = field(default_factory=set)

    def step(self, step: Step) -> None:
        match step:
            case "restart":
                self.cinema.restart()
            case "wait":
                self.cinema.world.now += 400
            case "lose":
                bodies = self.cinema.bodies.bodies
                if bodies:
                    bodies.pop(max(bodies))
                    self.losses += 1
            case _:
                self.ask(step)

    def ask(self, wanted: str | None) -> None:
        body = self.cinema.media.body
        got = self.cinema.get(wanted).response
        if wanted is None:
            assert (got.status, got.body) == (200, body)
            return
        if got.status == 206 and "content-range" in got.fields:
            told = got.fields.get("content-range", "").removeprefix("bytes ").removesuffix(f"/{SIZE}")
            first, last = map(int, told.split("-"))
            assert got.body == body[first : last + 1]
            if "," not in wanted:
                start, stop = _asked(wanted, self.cinema.room)
                assert (first, last + 1) == (start, stop)
        elif got.status == 206:
            assert got.fields.get("content-type", "").startswith("multipart/byteranges")
        elif got.status == 416:
            assert all(start >= SIZE or one == "-0" for one in wanted.split(",") for start in [_asked(one, inf)[0]])
        else:
            assert (got.status, got.body) == (200, body)
            assert "," in wanted


def _asked(wanted: str, room: float) -> tuple[int, int]:
    """The bytes that a range stands for, from the first up to the last."""
    first, _, last = wanted.partition("-")
    if not first:
        return max(0, SIZE - int(min(int(last), room))), SIZE
    stop = SIZE if not last else min(int(last) + 1, SIZE)
    return int(first), int(min(stop, int(first) + room))


@settings(max_examples=60, deadline=None)
@example(["1-", "0-", "0-"], inf, 40, '"v1"')
@given(STEPS, st.sampled_from([inf, 11]), st.sampled_from([40, 32_768]), st.sampled_from(['"v1"', 'W/"v1"', None]))
def test_the_bytes_are_those_of_the_origin(steps: list[Step], room: float, inline_limit: int, tag: str | None) -> None:
    model = Model(Cinema(Media(VERSIONS[0], tag=tag), room=room, inline_limit=inline_limit))
    for step in steps:
        model.step(step)
    if tag == '"v1"' and not model.losses and None not in steps and not any("," in (step or "") for step in steps):
        writes = model.cinema.bodies.writes
        whole = SIZE in writes  # a response with every byte is one object, also when parts of it are stored already
        assert sum(writes) <= SIZE + SIZE * whole


@settings(max_examples=40, deadline=None)
@given(STEPS, STEPS)
def test_no_bytes_of_an_older_version_are_joined_to_newer_ones(before: list[Step], after: list[Step]) -> None:
    model = Model(Cinema(Media(VERSIONS[0]), inline_limit=40))
    for step in before:
        model.step(step)
    model.cinema.media.body, model.cinema.media.tag = VERSIONS[1], '"v2"'
    model.cinema.world.now += 700  # all that is stored is stale
    for step in after:
        model.step(step)
