"""The facts in the template about the functions that read a file of routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine_cli.api_gateway.route_table import RouteTable
from brine_cli.checking.warnings.warning import Surroundings
from brine_cli.errors import TemplateError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from brine_cli.checking.templates.functions import ApiEvent, FoundFunction

_BODY_DAYS = "BodyKeepDays"


def surroundings_of(readers: Sequence[FoundFunction], functions: Sequence[FoundFunction]) -> Surroundings:
    """Return the facts about the functions that read a file. functions: all functions of all stacks."""
    gateways = frozenset(one.function.logical_id for one in readers)
    apis = {(one.stack.template.path, event.api) for one in readers for event in one.events}
    events = [event for one in functions for event in one.events if (one.stack.template.path, event.api) in apis]
    return Surroundings(
        api_routes=tuple(event.route for event in events),
        gateways=gateways,
        authorizer_of=lambda path: _authorizer(events, gateways, path),
        function_timeout=min((one.function.timeout for one in readers if one.events), default=None),
        body_days=_body_days(readers[0]),
    )


def _authorizer(events: Sequence[ApiEvent], gateways: frozenset[str], path: str) -> str | None:
    """Return the authorizer of a path, NONE without one; None if the path does not lead to the gateway."""
    found = RouteTable([event.route for event in events]).match("GET", path)
    if found is None or found.route.function not in gateways:
        return None
    return next(event.authorizer for event in events if event.route is found.route)


def _body_days(reader: FoundFunction) -> float | None:
    if _BODY_DAYS not in reader.stack.template.parameters:
        return None
    try:
        return float(reader.stack.resolver.resolve({"Ref": _BODY_DAYS}, _BODY_DAYS))
    except (TemplateError, TypeError, ValueError):
        return None
