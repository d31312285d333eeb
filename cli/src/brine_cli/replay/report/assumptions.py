"""The assumptions of a replay, where the log does not say more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from brine_cli.costs.prices import MONTH
from brine_cli.replay.report.numbers import seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine_cli.replay.replaying import Replayed

_SHORT: Final = 86_400.0
"""Seconds of a log that has not seen a whole day."""


def assumed(replayed: Replayed, samples: str | None) -> Iterator[str]:
    """Yield each assumption as a sentence or two. samples: the file of samples, if there is one."""
    log, job = replayed.log, replayed.job
    gaps, assumptions = log.gaps, job.assumptions
    if gaps["response"]:
        yield _responses(replayed, samples)
    if gaps["request"] == log.requests:
        yield (
            "Requests have no Cookie, Authorization, Cache-Control or other field: the log has none. So requests count "
            "as the same that the gateway would keep apart by such a field."
        )
    if gaps["seconds"]:
        yield (
            f"{_some(gaps['seconds'], log.requests)} have no time of the origin in the log: it takes "
            f"{assumptions.origin_seconds:g} s. --origin-latency sets it."
        )
    if gaps["size"]:
        yield (
            f"{_some(gaps['size'], log.requests)} have no size. They have that of another response of the same URL, "
            "or else the mean of all."
        )
    if gaps["unchanged"]:
        yield (
            f"{_some(gaps['unchanged'], log.requests)} got a 304. So the client had the current response, and the "
            "origin confirms a stored one of the same size. The size is that of another response of the same URL."
        )
    if gaps["range"]:
        yield f"{_some(gaps['range'], log.requests)} got a part (206) without a Range in the log: no part is stored."
    if not gaps["query"] and "har" not in log.formats:
        yield (
            "No request has a query. An access log of API Gateway has none: if your API uses queries, requests that "
            "differ in the query alone count as the same, and the hit ratio is too high."
        )
    if gaps["tenant"] < log.requests and (names := _with_tenants(replayed)):
        yield (
            f"All requests of the {_routes(names)} without a tenant in the log have the same one, so the hit ratio is "
            "an upper bound. --field tenant=NAME tells which member of the log names it."
        )
    yield (
        f"The gateway has {assumptions.environments} environment{'s' * (assumptions.environments > 1)}, and each "
        "request comes to one at random. That is what the busiest second needs without any hit. --environments sets it."
    )
    yield "The cache is empty at the first request. A stale response is renewed 0.2 s after the hit that asks for it."
    if log.span < _SHORT:
        yield f"The log covers {seconds(log.span)}. A month is {MONTH / max(1.0, log.span):,.0f} times that."


def _responses(replayed: Replayed, samples: str | None) -> str:
    log, job = replayed.log, replayed.job
    some = _some(log.gaps["response"], log.requests)
    if samples is not None:
        return (
            f"{some} have no response fields in the log. {len(job.samples)} samples of {samples} stand for them: the "
            "sample of the same URL, or else of the URL with the most path in common."
        )
    return (
        f"{some} have no response fields in the log. So their responses have no Cache-Control, Vary or Set-Cookie, and "
        "the route's freshness_lifetime and negative_lifetimes decide. --probe fetches samples from the origin."
    )


def _with_tenants(replayed: Replayed) -> list[str]:
    routes = [route for of_policy in replayed.job.routes() for route in of_policy]
    return sorted({route.name for route in routes if route.tenant is not None})


def _routes(names: list[str]) -> str:
    return f"route{'s' * (len(names) > 1)} {', '.join(names)}"


def _some(count: int, total: int) -> str:
    """Return a count of requests as the subject of a sentence."""
    return "All requests" if count == total else f"{count:,} request{'s' * (count > 1)}"
