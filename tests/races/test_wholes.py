"""A crowd of clients on cold wholes, in four environments with memory of their own: one run, one fetch of each part."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier, Lock
from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.http1 import HttpClient
from brine.app.app import App
from brine.app.engine import connected_engine
from tests.races.crowd import LIMIT, ask

if TYPE_CHECKING:
    from brine.service.functions.fetch import Fetch
    from brine.service.http_cache.answer import Answer
    from tests.races.crowd import SlowOrigin

pytestmark = pytest.mark.races
ENVIRONMENTS = 4
CLIENTS = 100
ROUNDS = 10
PARTS = ("a", "b", "c")


def test_a_crowd_on_a_cold_whole_makes_one_run_and_one_fetch_of_each_part(
    environment: dict[str, str], origin: SlowOrigin, capsys: pytest.CaptureFixture[str]
) -> None:
    runs: Counter[str] = Counter()
    lock = Lock()
    app = App()

    @app.get("/whole/<name>", freshness_lifetime="10m")
    def whole(name: str, fetch: Fetch) -> list[Any]:
        with lock:
            runs[name] += 1
        return [part.content.decode() for part in fetch.all(*[("o", f"/{name}-{part}") for part in PARTS])]

    environment = {**environment, "BRINE_NAMESPACE": "shop"}
    together = Barrier(CLIENTS)
    with ExitStack() as stack:
        clients = [stack.enter_context(HttpClient()) for _ in range(ENVIRONMENTS)]
        gateways = [connected_engine(app.registrations, environment, one).composed.gateway for one in clients]
        for number, gateway in enumerate(gateways):
            assert ask(gateway, f"/whole/warm-{number}").response.status == 200  # keys are loaded, connections are open

        def client(number: int) -> list[Answer]:
            answers = []
            for at in range(ROUNDS):
                together.wait(LIMIT)
                answers.append(ask(gateways[number % ENVIRONMENTS], f"/whole/{at}"))
            return answers

        with ThreadPoolExecutor(CLIENTS) as threads:
            began = time.monotonic()
            answers = list(threads.map(client, range(CLIENTS)))
    results = Counter(answer.result for of_client in answers for answer in of_client)
    with capsys.disabled():
        print(f"\n{ROUNDS} rounds of {CLIENTS} clients: {dict(results)} in {time.monotonic() - began:.1f} s")
    for at in range(ROUNDS):
        assert {of_client[at].response.status for of_client in answers} == {200}
        assert len({of_client[at].response.body for of_client in answers}) == 1
        assert runs[str(at)] == 1
        assert [origin.asked[f"/{at}-{part}"] for part in PARTS] == [1, 1, 1]
    assert results["miss"] == ROUNDS
    assert set(results) <= {"miss", "collapsed", "hit"}
