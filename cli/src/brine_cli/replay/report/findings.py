"""The findings of a replay, each with its remedy: unstored responses, spent budgets, missing routes."""

from __future__ import annotations

from collections import Counter
from math import floor
from typing import TYPE_CHECKING, Final

from brine_cli.replay.report.numbers import percent
from brine_cli.replay.tallies import NO_ROUTE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from brine.domain.routing.route import Route, Routes
    from brine_cli.replay.replaying import Replayed
    from brine_cli.replay.tallies import Tallies
    from brine_cli.replay.tally import RouteTally

LEAST_SHARE: Final = 0.01
"""The share of a route's requests from which on a finding is worth a line."""

REMEDIES: Final[Mapping[str, str]] = {
    "no-freshness": "nothing says how long they are fresh. If clients may share them, give the route "
    "freshness_lifetime, or negative_lifetimes for errors",
    "set-cookie": 'they set a cookie. If it may be left out, write set_cookie = "strip"',
    "authorization": "the request has credentials, and the response does not say that it is for all",
    "vary": "they have Vary: *, so no other request may get them",
    "private": "the origin says private",
    "no-store": "the origin says no-store",
    "status": "their status is for one request only",
    "partial": "they are parts that cannot be combined",
    "tags": "their tags are too many or too long",
    "slow-origin": "the origin took longer than they are fresh",
    "request-no-store": "the client says no-store. request_directives = false ignores it",
    "request-fields": "fields of the client may have caused them",
}

HAS_LIFETIME: Final = (
    "the freshness_lifetime of the route is not for errors, nor for responses with a lifetime from the origin. "
    "If clients may share such errors, give the route negative_lifetimes"
)
"""The remedy of `no-freshness` on a route with a freshness_lifetime."""


def findings(replayed: Replayed) -> Iterator[str]:
    """Yield each finding. With two policies, it begins with the letter of its own."""
    letters: dict[str, list[str]] = {}
    for letter, tallies, routes in zip("AB", replayed.tallies, replayed.job.routes(), strict=False):
        for text in _of_policy(tallies, routes):
            letters.setdefault(text, []).append(letter)
    for text, found in letters.items():
        yield text if len(replayed.tallies) == 1 else f"{' and '.join(found)}: {text}"


def _of_policy(tallies: Tallies, routes: Routes) -> Iterator[str]:
    for name, tally in tallies:
        if name == NO_ROUTE:
            yield f"{tally.requests:,} requests have a path that no route covers. Add a route, or give --strip-prefix."
            continue
        route = routes.named(name)
        for text in (*_refused(tally, route), *_limits(tally, route)):
            yield f"Route {name}: {text}"


def _refused(tally: RouteTally, route: Route | None) -> Iterator[str]:
    """Yield why responses were not stored."""
    for reason, count in tally.refusals.most_common(3):
        if count >= LEAST_SHARE * tally.requests:
            share = percent(count / tally.requests)
            because = REMEDIES.get(reason, "see docs/troubleshoot-a-miss.md")
            if reason == "no-freshness" and route is not None and route.policy.freshness_lifetime is not None:
                because = HAS_LIFETIME
            yield f"{count:,} responses ({share} of its requests) are not stored ({reason}): {because}."


def _limits(tally: RouteTally, route: Route | None) -> Iterator[str]:
    """Yield the limits of the route that the requests exceed. The replay does not apply them."""
    if route is None:
        return
    budget = route.origin_budget
    if budget is not None and not budget.per_tenant:
        periods = Counter[int]()
        for second, count in tally.calls_at.items():
            periods[floor(second / budget.period)] += count
        over = sum(max(0, count - budget.requests) for count in periods.values())
        if over:
            yield (
                f"its origin_budget of {budget.requests} in {budget.period:g} s would refuse or delay about "
                f"{over:,} of {tally.calls:,} requests to the origin."
            )
    most = max(tally.new_keys_at.values(), default=0)
    limit = route.policy.new_keys_per_minute
    if limit is not None and most > limit:
        yield (
            f"up to {most:,} new URLs in a minute. A process stores at most {limit:,} "
            "(new_keys_per_minute), so some would not be stored."
        )
