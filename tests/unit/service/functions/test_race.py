"""A crowd on a cold whole in four environments: one run of the function, and one fetch of each part."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from brine.app.app import App
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Response
from tests.support.gateway.fleet import Fleet
from tests.support.gateway.parts import route

if TYPE_CHECKING:
    from brine.domain.http.messages import Request
    from brine.domain.routing.origin import OriginAddress
    from brine.service.functions.fetch import Fetch
    from brine.service.http_cache.answer import Answer

ENVIRONMENTS = 4
CLIENTS = 100
PARTS = ("a", "b", "c")


def test_a_crowd_on_a_cold_whole_makes_one_run_and_one_fetch_of_each_part() -> None:
    runs: list[int] = []
    arrived = threading.Semaphore(0)
    app = App()

    @app.get("/whole", freshness_lifetime="1h")
    def whole(fetch: Fetch) -> list[Any]:
        runs.append(len(runs))
        for _ in range(CLIENTS):  # all clients are under way
            assert arrived.acquire(timeout=60)
        return [part.json() for part in fetch.all(*[(name, "/x") for name in PARTS])]

    def origin(address: OriginAddress, request: Request) -> Response:
        return Response(
            status=200, fields=Fields([("cache-control", "max-age=3600")]), body=f'"{request.path}"'.encode()
        )

    fleet = Fleet(app, tuple(route(name) for name in PARTS), origin, count=ENVIRONMENTS)

    def client(number: int) -> Answer:
        arrived.release()
        return fleet.get(number % ENVIRONMENTS, "/whole")

    with ThreadPoolExecutor(CLIENTS) as threads:
        answers = list(threads.map(client, range(CLIENTS)))
    assert {answer.response.body for answer in answers} == {b'["/x","/x","/x"]'}
    assert runs == [0]
    assert len(fleet.servers.requests) == len(PARTS)
    results = Counter(answer.result for answer in answers)
    assert results["miss"] == 1
    assert results["collapsed"] > 0
    assert set(results) <= {"miss", "collapsed", "hit"}


def test_a_crowd_on_a_part_and_on_wholes_that_share_it_fetches_it_once() -> None:
    runs: list[str] = []
    app = App()

    @app.get("/whole/<name>", freshness_lifetime="1h")
    def whole(name: str, fetch: Fetch) -> Any:
        runs.append(name)
        return fetch("a", "/shared").json()

    together = threading.Barrier(40, timeout=60)

    def origin(address: OriginAddress, request: Request) -> Response:
        return Response(status=200, fields=Fields([("cache-control", "max-age=3600")]), body=b"1")

    fleet = Fleet(app, (route("a"),), origin, count=ENVIRONMENTS)

    def client(number: int) -> Answer:
        together.wait()
        return fleet.get(number % ENVIRONMENTS, f"/whole/{number % 10}")

    with ThreadPoolExecutor(40) as threads:
        answers = list(threads.map(client, range(40)))
    assert [answer.response.body for answer in answers] == [b"1"] * 40
    assert sorted(runs) == [str(number) for number in range(10)]
    assert len(fleet.servers.requests) == 1
