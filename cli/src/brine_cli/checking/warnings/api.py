"""Warnings about API Gateway in front of a route: its routes and its authorizers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from brine_cli.api_gateway.route_table import RouteTable
from brine_cli.checking.warnings.warning import Warned

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from brine_cli.checking.configuration.readers import ReadRoute
    from brine_cli.checking.warnings.warning import RoutesRule, Surroundings


def _covered(routes: Sequence[ReadRoute], around: Surroundings) -> Iterator[Warned]:
    table = RouteTable(around.api_routes or ())
    for one in routes:
        found = None if one.route.internal else table.match("GET", _path_below(one))
        if found is not None and found.route.function not in around.gateways:
            yield Warned(
                *("BR101", one, ("prefix",)),
                f"no client reaches it: the template sends {found.route.key} to {found.route.function}.",
                "Choose another prefix.",
            )


def _authorizers(routes: Sequence[ReadRoute], around: Surroundings) -> Iterator[Warned]:
    for one in routes:
        authorizer = None if one.route.internal else around.authorizer_of(_path_below(one))
        kind, _, name = (one.route.tenant or "").partition(":")
        if authorizer is None:
            continue
        wrong = {"claim": authorizer in {"NONE", "AWS_IAM"}, "lambda": authorizer in {"NONE", "AWS_IAM"}}
        if wrong.get(kind, kind == "iam" and authorizer == "NONE"):
            yield Warned(
                *("BR105", one, ("tenant",)),
                f"API Gateway gives no {name or kind} here: its authorizer for this path is {authorizer}.",
                "Every request gets a 403. Give the path an authorizer in template.yaml, or name another tenant.",
            )
        if authorizer == "NONE" and one.route.credentials is not None and kind != "header":
            key = "origin_auth" if "origin_auth" in one.table else "origin_headers"
            yield Warned(
                *("BR106", one, (key,)),
                "anyone who reaches the URL reads and writes with these credentials: the API has no authorizer.",
                "Give the path an authorizer in template.yaml, if the origin is not public.",
                is_key=True,
            )


def _path_below(one: ReadRoute) -> str:
    return f"{one.route.prefix.rstrip('/')}/7"


RULES: Final[tuple[RoutesRule, ...]] = (_covered, _authorizers)
