"""Compare the time of the line of an answer with that of Powertools' Logger and EphemeralMetrics, in one run.

    uv run python -m benchmarks.answer_line

Both write the same facts and metrics of a hit in process memory to /dev/null. Rounds of both take turns, and the best
round of each counts.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

VARIABLES = {
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
    "AWS_LAMBDA_FUNCTION_NAME": "function",
    "POWERTOOLS_METRICS_NAMESPACE": "Brine",
    "POWERTOOLS_SERVICE_NAME": "gateway",
    "_X_AMZN_TRACE_ID": "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1",
}
os.environ.update(VARIABLES)

from aws_lambda_powertools import Logger  # noqa: E402 - both read the variables
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit  # noqa: E402 - after the variables are set

from brine.adapters.emf.answer_log import AnswerLog  # noqa: E402 - after the variables are set
from brine.adapters.emf.lines import MetricLines  # noqa: E402 - after the variables are set
from brine.domain.http.messages import Response  # noqa: E402 - after the variables are set
from brine.service.http_cache.answer import Answer  # noqa: E402 - after the variables are set

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 40
LINES = 1_000
SECONDS = 0.00025
HIT = Answer(response=Response(status=200), result="hit", route="shop", layer="memory")


def with_powertools() -> Callable[[], None]:
    """Return the writer of a log record and of metrics, as Powertools offers them."""
    logger = Logger()

    def write() -> None:
        facts: dict[str, object] = {"request_id": "a", "route": HIT.route, "result": HIT.result}
        facts |= {"status": HIT.response.status, "layer": HIT.layer, "stored": HIT.stored}
        facts["milliseconds"] = SECONDS * 1000
        logger.info("answered", extra=facts)
        metrics = EphemeralMetrics()
        metrics.add_dimension("route", HIT.route or "none")
        metrics.add_metric("Latency", MetricUnit.Milliseconds, SECONDS * 1000)
        metrics.add_metric("Hit", MetricUnit.Count, 1)
        metrics.flush_metrics()

    return write


def with_one_line() -> Callable[[], None]:
    """Return Brine's writer."""
    log = AnswerLog(MetricLines.from_environment(os.environ))
    return lambda: log.answered(HIT, "a", seconds=SECONDS)


def microseconds(write: Callable[[], None]) -> float:
    """Return the CPU time of a line."""
    began = time.process_time()
    for _ in range(LINES):
        write()
    return (time.process_time() - began) / LINES * 1e6


def main() -> None:
    """Print the time of each, and their ratio."""
    out = sys.stdout
    with Path(os.devnull).open("w", encoding="utf-8") as sys.stdout:
        writers = {"Powertools": with_powertools(), "one line": with_one_line()}
        best = dict.fromkeys(writers, float("inf"))
        for _ in range(ROUNDS):
            for name, write in writers.items():
                best[name] = min(best[name], microseconds(write))
    sys.stdout = out
    for name, time_of_line in best.items():
        print(f"{name:10} {time_of_line:6.1f} µs")
    print(f"one line/Powertools: {best['one line'] / best['Powertools']:.2f}")


if __name__ == "__main__":
    main()
