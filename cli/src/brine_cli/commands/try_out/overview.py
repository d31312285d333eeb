"""Words for the parts of a template in the overview that `brine dev` prints."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from brine_cli.template.authorizers.kinds import JwtAuthorizer, LambdaAuthorizer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from brine_cli.schedules.schedule import Schedule
    from brine_cli.template.event_sources import ApiRoute

_URL: Final = re.compile(r"https?://[^@?]+")


def described(route: ApiRoute) -> str:
    """Return what a client needs for a route: nothing, or text that begins with a comma."""
    match route.authorizer:
        case "AWS_IAM":
            return ", signed requests only (AWS_IAM)"
        case JwtAuthorizer(name=name):
            scopes = f" with the scope {' or '.join(route.scopes)}" if route.scopes else ""
            return f", for a token{scopes} ({name})"
        case LambdaAuthorizer(name=name, function=function):
            return f", if {function or 'a function elsewhere'} allows it ({name})"
        case _:
            return ""


def described_schedule(schedule: Schedule, *, is_run: bool) -> str:
    """Return the function of a schedule, and how it runs. is_run: the user gave --run-schedules."""
    if not schedule.is_enabled:
        return f"{schedule.function}, disabled in the template ({schedule.where})"
    if is_run:
        return f"{schedule.function} ({schedule.where})"
    return f"{schedule.function}, not run: --run-schedules, or brine invoke {schedule.function} ({schedule.where})"


def parameter_lines(origins: Iterable[str], given: Mapping[str, str], httpbin: str | None) -> Iterator[tuple[str, str]]:
    """Yield the parameters of the template whose value is not the template's own, each with its value and its source.

    origins: the parameters for which the twin starts an origin. given: the values of the user. httpbin: its URL.
    """
    for name, value in given.items():
        # A value may be a secret, which has no place on a console.
        yield name, f"{value if _URL.fullmatch(value) else 'as given'} (--parameter)"
    for name in sorted(set(origins) - given.keys()):
        if httpbin is not None:
            yield name, f"{httpbin} (the httpbin of this machine; your API: --parameter {name}=URL)"
