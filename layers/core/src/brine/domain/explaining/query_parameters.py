"""The query parameters of a request, and why some of them do not reach the origin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from brine.domain.routing.target import parameter_name, refused_by

if TYPE_CHECKING:
    from brine.domain.routing.route import QueryRule


@dataclass(frozen=True, slots=True)
class QueryParameter:
    """A parameter as the client sent it. `dropped`: why the origin does not get it; None if it does."""

    text: str
    dropped: str | None = None


def query_parameters(rule: QueryRule, query: str | None) -> tuple[QueryParameter, ...]:
    """Return the parameters of a client's query, in its order, each with the effect of the route's rule."""
    if query is None:
        return ()
    return tuple(QueryParameter(text, _dropped(rule, text)) for text in query.split("&") if text)


def _dropped(rule: QueryRule, parameter: str) -> str | None:
    match refused_by(rule, parameter_name(parameter)):
        case None:
            return None
        case "":
            return "query.keep does not list it"
        case drop:
            return f'query.drop has "{drop}"'
