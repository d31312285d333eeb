"""A minute of everything at once, through the local twin over HTTP, while AWS and the origin fail."""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections import Counter
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from brine.adapters.http1 import HttpClient
from brine.bootstrap.gateway import build_purger
from brine_cli.emulators.run import run_emulator
from brine_cli.twin import Twin
from tests.soak.ledger import Got, Ledger
from tests.soak.press import Press
from tests.soak.visitor import Visitor
from tests.support.faults.aws import FaultyAws
from tests.support.faults.ports import Faults
from tests.support.loopback import Loopback

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.soak.pages import Page
    from tests.support.faults.ports import Fault

pytestmark = pytest.mark.soak
TEMPLATE = Path(__file__).parents[2] / "template.yaml"
SECONDS = 60.0
VISITORS = 12
PROCESSES = 6
DELTA = 1.0  # the template's
LAG = 0.5  # of replicas
PAUSE = 10.0  # the circuit is open for 2 s, and again after a probe that fails; a storm takes one
ROUTE = """
[[route]]
name = "pages"
prefix = "/pages"
origin = "{}"
forward_headers = ["X-Tenant"]
tenant = "header:X-Tenant"
timeout = "4s"
grace = "5s"
circuit_breaker = {{ open_for = "2s" }}
"""
CALM: Mapping[Fault, float] = {
    "throttled": 0.02,
    "unavailable": 0.01,
    "slow": 0.02,
    "twice": 0.01,
    "lost": 0.01,
    "hangs": 0.01,
    "partial": 0.02,
    "old": 0.2,
}
STORM: Mapping[Fault, float] = {"throttled": 0.35, "unavailable": 0.2, "lost": 0.2}
OF_THE_ORIGIN: Mapping[Fault, float] = {
    "throttled": 0.02,
    "unavailable": 0.01,
    "slow": 0.03,
    "lost": 0.02,
    "hangs": 0.008,
}
AT_LEAST = {
    "requests": 800,
    "hit": 300,
    "miss": 100,
    "stale": 20,
    "validated": 3,
    "collapsed": 5,
    "status 206": 50,
    "status 304": 20,
    "status 204": 5,
    "purges": 10,
    "with detail": 30,
}
"""Fewer, and the minute has shown little: a busy machine makes three times as many."""


class Wire:
    """Asks over HTTP. Each thread has a connection of its own."""

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url).netloc
        self._own = threading.local()

    def __call__(self, method: str, page: Page, fields: Mapping[str, str]) -> Got:
        connection = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = http.client.HTTPConnection(self._address, timeout=60)
        connection.request(method, f"/pages{page.path}", headers={"x-tenant": page.tenant, **fields})
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        return Got(response.status, found, response.read())

    def close(self) -> None:
        """Close this thread's connection."""
        self._own.connection.close()


def weather(of_aws: Faults, of_origin: Faults, is_over: threading.Event) -> None:
    """Calm for some seconds, then a storm for one: most calls to AWS fail, and at times those to the origin."""
    for number in count():
        of_aws.chances, of_origin.chances = CALM, OF_THE_ORIGIN
        if is_over.wait(5):
            break
        of_aws.chances = STORM
        if number % 3 == 1:
            of_origin.chances = STORM
        is_over.wait(1)
    of_aws.chances = of_origin.chances = {}


def stay(visitor: Visitor, wire: Wire, until: float) -> None:
    while time.monotonic() < until:
        visitor.act()
    wire.close()


def faults_of(chances: Mapping[Fault, float]) -> Faults:
    """Faults in real time."""
    chance = random.Random(1)  # noqa: S311 - no secret
    return Faults(random=chance, chances=chances, now=time.monotonic, advance=time.sleep, delay=0.15, lag=LAG)


def test_a_minute_of_everything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    of_aws, of_origin = faults_of({}), faults_of({})
    press = Press(of_origin)
    ledger = Ledger(press, DELTA + LAG, PAUSE)
    console: list[str] = []
    lines: list[str] = []
    routes = tmp_path / "routes.toml"
    with ExitStack() as stack:
        # The faults stand between, so that Host has their port.
        moto = stack.enter_context(run_emulator("moto", hosts=("127.0.0.1",)))
        origin = stack.enter_context(Loopback(press.converse))
        aws = stack.enter_context(FaultyAws(moto, of_aws))
        routes.write_text(ROUTE.format(origin.address))
        twin = stack.enter_context(
            Twin(
                template=TEMPLATE,
                routes=routes,
                environments=PROCESSES,
                aws_endpoint=aws.url,
                report=console.append,
                show=lines.append,
            )
        )
        purging = {
            "BRINE_TABLE": twin.resources["Table"],
            "BRINE_ROUTES": str(routes),
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": aws.url,
            "BRINE_AWS_CLIENT": "lean",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }
        purger = build_purger(purging, stack.enter_context(HttpClient()))
        wire = Wire(twin.url)
        is_over = threading.Event()
        until = time.monotonic() + SECONDS
        visitors = [
            Visitor(wire, purger, press, ledger, random.Random(number), time.monotonic)  # noqa: S311 - no secret
            for number in range(VISITORS)
        ]
        threads = [threading.Thread(target=stay, args=(visitor, wire, until)) for visitor in visitors]
        threads.append(threading.Thread(target=weather, args=(of_aws, of_origin, is_over)))
        for thread in threads:
            thread.start()
        for thread in threads[:-1]:
            thread.join()
        is_over.set()
        threads[-1].join()

    injected = {
        "AWS": Counter(fault for (_, fault), times in of_aws.injected.items() for _ in range(times)),
        "origin": Counter(fault for (_, fault), times in of_origin.injected.items() for _ in range(times)),
    }
    with capsys.disabled():
        print(f"\n{SECONDS:.0f} s: {dict(ledger.counts.most_common())}")
        print(f"faults: { ({place: dict(kinds.most_common()) for place, kinds in injected.items()}) }")
        print(*ledger.violations[:20], sep="\n")
    assert ledger.violations == []
    assert console == []
    assert [line for line in lines if '"level":"ERROR"' in line] == []
    assert {name: ledger.counts[name] for name, least in AT_LEAST.items() if ledger.counts[name] < least} == {}
    assert (injected["AWS"].keys(), injected["origin"].keys()) == (CALM.keys(), OF_THE_ORIGIN.keys())
