"""Races of whole gateways in several processes, on an emulator whose writes are atomic."""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from brine.adapters.http1 import Client
from brine.bootstrap import build_gateway
from brine.domain.cache_key import cache_key
from brine.ports import Lease
from brine.service.response_cache import pk_of
from tests.races.crowd import PROCESSES, THREADS, Crowd, SlowOrigin, ask

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.aws import Emulator

pytestmark = pytest.mark.races
ROUNDS = 5
KEYS = '{"1": "a secret of the tests that is long enough"}'


@pytest.fixture
def origin() -> Iterator[SlowOrigin]:
    with SlowOrigin(delay=0.3) as origin:
        yield origin


@pytest.fixture
def environment(ministack: Emulator, origin: SlowOrigin, tmp_path: Path) -> dict[str, str]:
    name = f"stampede-{uuid4().hex[:8]}"
    routes = tmp_path / "routes.toml"
    routes.write_text(f'[[route]]\nname = "o"\nprefix = "/o"\norigin = "{origin.url}"\n')
    return {
        **ministack.environment,
        "BRINE_TABLE": ministack.create_table(name),
        "BRINE_BUCKET": ministack.create_bucket(name),
        "BRINE_SIGNING_KEYS_SECRET": ministack.create_secret(name, KEYS),
        "BRINE_ROUTES": str(routes),
    }


def test_a_crowd_on_a_cold_key_makes_one_fetch(environment: dict[str, str], origin: SlowOrigin) -> None:
    paths = [f"/o/page-{number}" for number in range(ROUNDS)]
    got = Crowd(environment, paths).ask()
    assert len(got) == PROCESSES * THREADS * ROUNDS
    assert {path: origin.asked[path.removeprefix("/o")] for path in paths} == dict.fromkeys(paths, 1)
    assert [one for one in got if one.body != one.path.removeprefix("/o").encode() * 50] == []
    assert [one.faults for one in got if one.faults] == []
    results = Counter(one.result for one in got)
    assert results["miss"] == ROUNDS
    assert set(results) <= {"miss", "collapsed", "hit"}


def hold(environment: dict[str, str], path: str) -> None:
    """A process that begins a fetch which never ends."""
    ask(build_gateway(environment), path)


def test_the_next_one_takes_over_from_a_killed_holder_and_its_late_commit_loses(
    environment: dict[str, str], origin: SlowOrigin, tmp_path: Path
) -> None:
    """The route's time-out is short, so the lease of the dead is, too."""
    routes = tmp_path / "routes.toml"
    routes.write_text(routes.read_text() + 'timeout = "1s"\n')
    origin.delay = 30.0
    holder = multiprocessing.get_context("spawn").Process(target=hold, args=(environment, "/o/x"), daemon=True)
    holder.start()
    until = time.monotonic() + 20
    while "/x" not in origin.asked:
        assert time.monotonic() < until, "the holder never asked the origin"
        time.sleep(0.01)
    holder.kill()
    holder.join()
    origin.delay = 0.0

    with Client() as client:
        gateway = build_gateway(environment, client)
        (route,) = gateway.routes
        leases = gateway.cache.leases.store
        key = pk_of(cache_key(tenant="", route=route, method="GET", target="/x"))
        dead = leases.holder(key)
        assert dead is not None
        answer = ask(gateway, "/o/x")  # it may give up waiting, but it gets its answer
        assert answer.response.status == 200
        while not answer.stored:
            assert time.time() < dead.expires_at + 10, "nobody took over"
            answer = ask(gateway, "/o/x")
        assert time.time() >= dead.expires_at
        stored = gateway.cache.stamps.items.read(key, "main", consistent=True)
        assert stored is not None
        late = Lease(key, "the dead", stored.generation - 1, dead.expires_at)
        assert not leases.commit(late, "main", stored)
        assert ask(gateway, "/o/x").result == "hit"
        assert route.timeout == 1.0
