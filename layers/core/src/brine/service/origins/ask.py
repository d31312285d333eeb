"""Asking an origin: not while its circuit is open, and once more where that may help (docs/decisions/0063).

That a kept connection turns out to have ended is the HTTP client's own affair: it opens another one, and that counts as
no retry.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from brine.domain.http.messages import Response
from brine.domain.resilience.circuit import origin_health
from brine.domain.resilience.retries import is_retryable, is_transient, retry_delay
from brine.errors import BadRequest, OriginCircuitOpen, OriginError, OriginMalformed
from brine.service.origins.retry_budget import RetryBudget

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.http.messages import Request
    from brine.domain.resilience.retries import Outcome
    from brine.ports.deadline import Deadline
    from brine.service.http_cache.visit import Visit
    from brine.service.origins.circuits import Circuits

LEAST_TIME = 0.5
"""Seconds that a retry must have, after the pause before it: else it would but turn an answer into a timeout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resilience:
    """What a process needs to bear with origins that fail. Without `circuits`, they are asked whatever they do."""

    circuits: Circuits | None = None
    budget: RetryBudget = field(default_factory=RetryBudget)
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random


def ask(visit: Visit, request: Request, patience: Deadline) -> Response:
    """The response of the visit's origin, of the last attempt that was made. Raises BadRequest and OriginError."""
    origin, resilience = visit.route.origin, visit.gateway.resilience
    resilience.budget.request(origin)
    outcome = _attempt(visit, request, patience)
    while visit.retries < visit.route.retries and is_retryable(request) and is_transient(outcome):
        pause = retry_delay(visit.retries, outcome, visit.gateway.clock(), resilience.random())
        if pause is None or pause + LEAST_TIME > patience.remaining() or not resilience.budget.retry(origin):
            break
        resilience.sleep(pause)
        try:
            outcome = _attempt(visit, request, patience)
        except OriginCircuitOpen:
            break
        visit.retries += 1
    if isinstance(outcome, Response):
        return outcome
    raise outcome


def _attempt(visit: Visit, request: Request, patience: Deadline) -> Outcome:
    """What comes of asking once. Raises BadRequest, and OriginCircuitOpen where the origin is not asked."""
    gateway, breaker = visit.gateway, visit.route.circuit_breaker
    circuits = gateway.resilience.circuits
    if circuits is None or breaker is None:
        return _outcome(visit, request, patience)
    seconds = patience.remaining()
    probe = circuits.admit(visit, gateway.clock(), seconds)
    try:
        outcome = _outcome(visit, request, patience)
    except BadRequest:
        circuits.withdrawn(visit, probe, gateway.clock())
        raise
    match origin_health(outcome, seconds, visit.route.timeout):
        case "well":
            circuits.succeeded(visit, probe)
        case "down":
            circuits.failed(visit, breaker, probe, outcome, gateway.clock())
        case "unknown":
            circuits.withdrawn(visit, probe, gateway.clock())
    return outcome


def _outcome(visit: Visit, request: Request, patience: Deadline) -> Outcome:
    try:
        response = visit.gateway.origin.fetch(visit.route.origin, request, patience)
    except OriginError as error:
        return error
    try:
        return replace(response, fields=response.fields.sanitised())
    except ValueError as error:
        return OriginMalformed(str(error))
