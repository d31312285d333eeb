"""Hostile requests that would keep the gateway busy: it refuses them in a time bounded by their size."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from brine.domain.formats import Format
from tests.attacks.content.__main__ import PLAIN_WORK, allowed_seconds, plain_work
from tests.attacks.content.keys import key_bombs
from tests.unit.service.transcoding.test_answers import problem_of
from tests.unit.service.transcoding.world import JSON, MSGPACK, transcoding_world

if TYPE_CHECKING:
    from collections.abc import Callable

ROUTES = {Format.JSON: ("/sealed/orders", JSON), Format.MSGPACK: ("/packed/orders", MSGPACK)}
BOMBS = [
    (form, name, make)
    for form, name, make in key_bombs()
    if name
    in {
        "probing keys, integers, 15 bits",
        "probing keys of a Counter, integers, 15 bits",
        "members of one hash, integers, in 300000 bytes",
        "keys of one hash, tuples, in 300000 bytes",
        "keys of one hash, UUIDs, in 300000 bytes",
    }
]


@pytest.mark.slow
@pytest.mark.parametrize(("form", "name", "make"), BOMBS, ids=[f"{form.name}: {name}" for form, name, _ in BOMBS])
def test_a_post_of_keys_that_collide_is_refused(form: Format, name: str, make: Callable[[], bytes]) -> None:
    assert name
    path, media_type = ROUTES[form]
    world, body = transcoding_world(), make()
    times = []
    for _ in range(3):  # the best decides, since other load can only add
        slowness = plain_work() / PLAIN_WORK
        start = time.process_time()
        answer = world.ask(path, "POST", body, content_type=media_type)
        times.append((time.process_time() - start) / max(slowness, plain_work() / PLAIN_WORK, 1))
        assert (answer.response.status, problem_of(answer)) == (413, "content-too-large")
        assert world.fetched == []
    assert min(times) < 1.5 * allowed_seconds(len(body))


def test_there_are_bombs_of_both_formats() -> None:
    assert len(BOMBS) == 10
