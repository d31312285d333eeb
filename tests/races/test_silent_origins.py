"""An origin that does not answer: one request for each time-out, and every client is answered by its deadline."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from brine.adapters.http1 import HttpClient
from brine.bootstrap.gateway import build_gateway
from brine.domain.http.messages import Request
from brine.ports.deadline import Deadline
from tests.races.crowd import ask

if TYPE_CHECKING:
    from pathlib import Path

    from tests.races.crowd import SlowOrigin

pytestmark = pytest.mark.races
CLIENTS, GATEWAYS = 50, 5
SLACK = 2.0  # seconds that a busy machine may take; tests/unit/service/flights has the exact times


@pytest.mark.parametrize(
    ("timeout", "seconds", "fetches"),
    [(2.0, 12.0, 2), (20.0, 4.0, 1)],
    ids=["two time-outs before the deadline", "a deadline before the time-out"],
)
def test_a_silent_origin_is_asked_by_one_client_at_a_time(
    environment: dict[str, str],
    origin: SlowOrigin,
    tmp_path: Path,
    timeout: float,
    seconds: float,
    fetches: int,
) -> None:
    routes = tmp_path / "routes.toml"
    routes.write_text(routes.read_text() + f'timeout = "{timeout:.0f}s"\nretries = 0\n')
    with ExitStack() as stack:
        gateways = [build_gateway(environment, stack.enter_context(HttpClient())) for _ in range(GATEWAYS)]
        for number, gateway in enumerate(gateways):
            assert ask(gateway, f"/o/warm-{number}").stored  # keys are loaded, connections are open
        origin.may_answer.clear()
        stack.callback(origin.may_answer.set)
        threads = stack.enter_context(ThreadPoolExecutor(CLIENTS))
        deadline = Deadline(time.monotonic() + seconds, time.monotonic)

        def client(number: int) -> tuple[str | None, float]:
            answer = gateways[number % GATEWAYS].serve(Request(method="GET", path="/o/silent"), deadline)
            return answer.problem, deadline.at - time.monotonic()

        answers = list(threads.map(client, range(CLIENTS)))
        assert Counter(problem for problem, _ in answers) == {"origin-timeout": CLIENTS}
        assert origin.asked["/silent"] == fetches
        assert min(left for _, left in answers) > -SLACK, "a client was answered after its deadline"
        if fetches == 2:
            assert min(left for _, left in answers) > seconds - 2 * timeout - SLACK, "clients waited for a third fetch"
