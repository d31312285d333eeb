"""Runs a function with one event in a process of its own, which ends afterwards.

So the lines that it prints are those of this invocation alone, and requests to the function go on undisturbed.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from brine_cli.http import limits
from brine_cli.invoke.outcome import InvocationOutcome
from brine_cli.lambda_runtime.environment import Environment, InvocationFailed
from brine_cli.lambda_runtime.environments import IntegrationTimedOut, result_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine_cli.lambda_runtime.launch import Launch


def run_once(
    launch: Launch,
    event: bytes,
    *,
    show: Callable[[str], None] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> InvocationOutcome:
    """Return the outcome of a function for an event in JSON. show: gets each line of its output at once."""
    lines: list[str] = []

    def take(line: str) -> None:
        lines.append(line)
        if show is not None:
            show(line)

    launch = replace(launch, show=take)
    began = ready = clock()
    environment = Environment(launch, report=take)
    try:
        environment.wait_until_ready(limits.INIT_SECONDS)
        ready = clock()
        answer = json.loads(result_of(environment.submit(event), launch, time.monotonic() + 2 * launch.timeout))
        error = None
    except InvocationFailed as failure:
        answer, error = None, str(failure)
    except (TimeoutError, IntegrationTimedOut):
        answer, error = None, f"{launch.name} has not finished loading within {limits.INIT_SECONDS:g} s"
    finally:
        ended = clock()
        environment.stop()  # waits for the last lines
    return InvocationOutcome(
        function=launch.name,
        answer=answer,
        error=error,
        lines=tuple(lines),
        seconds=ended - ready,
        started_in=ready - began,
    )
