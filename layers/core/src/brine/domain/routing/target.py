"""The rewriting of the client's request target to the one for the origin.

It happens once. The same bytes go into the cache key and to the origin, so one key never stands for two resources. A
path cannot leave its route.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from brine.domain.routing.paths import has_control_characters, has_dot_segments, lenient_path
from brine.domain.routing.patterns import BadArgumentError

if TYPE_CHECKING:
    from brine.domain.http.messages import Request
    from brine.domain.routing.route import QueryRule, Route, Routes

_PATH = re.compile(r"/[!-\"$->@-~]*")  # no "#" and no "?"
_QUERY = re.compile(r"[!-\"$-~]*")


class BadTargetError(ValueError):
    """The request target cannot be sent to the origin. The message may be shown to the client."""


def upstream_target(routes: Routes, route: Route, request: Request) -> tuple[str, str | None]:
    """Return path and query for the origin, percent-encoded as received, after the route's query rules.

    Raises BadTargetError for bytes that are not allowed in a request line. If there are paths outside the
    route, it also raises for a path that some server may read as one of them.
    """
    is_origin_itself = route.internal and not request.path
    if not (is_origin_itself or _PATH.fullmatch(request.path)) or not _QUERY.fullmatch(request.query or ""):
        raise BadTargetError("the path or query holds characters that must be percent-encoded")
    if route.pattern is not None:
        try:
            route.pattern.arguments(request.path)
        except BadArgumentError as error:
            raise BadTargetError(str(error)) from None
        return request.path, _apply(route.query, request.query)
    if routes.is_confined(route):
        _check(routes, route, request.path)
    rest = request.path if route.prefix == "/" or route.internal else request.path[len(route.prefix) :]
    return (route.base_path + rest) or "/", _apply(route.query, request.query)


def normalised_target(route: Route, target: str) -> str:
    """Return a target that the origin named in the form of `upstream_target`, under which it is stored."""
    path, mark, query = target.partition("?")
    left = _apply(route.query, query if mark else None)
    return path if left is None else f"{path}?{left}"


def _check(routes: Routes, route: Route, path: str) -> None:
    read = lenient_path(path)
    if read is None:
        raise BadTargetError("the path is not UTF-8, or is percent-encoded too many times")
    if has_control_characters(read):
        raise BadTargetError("the path has an encoded control character")
    if has_dot_segments(read):
        raise BadTargetError('the path has a "." or ".." segment')
    if not routes.owns_lenient_path(route, read):
        raise BadTargetError("a server may read the path as one of another route")


def _apply(rule: QueryRule, query: str | None) -> str | None:
    if query is None or (rule.keep is None and not rule.drop and not rule.sort):
        return query
    parameters = [parameter for parameter in query.split("&") if refused_by(rule, parameter_name(parameter)) is None]
    if rule.sort:
        parameters.sort(key=parameter_name)  # stable: the order of values under one name has meaning
    return "&".join(parameters) or None


def parameter_name(parameter: str) -> str:
    """Return the decoded name of a parameter of a query."""
    return unquote_plus(parameter.split("=", 1)[0])


def refused_by(rule: QueryRule, name: str) -> str | None:
    """Return the entry of `drop` that keeps a parameter of this name from the origin, or None if none does.

    "" stands for `keep`, which does not list the name.
    """
    if rule.keep is not None and name not in rule.keep:
        return ""
    for drop in rule.drop:
        if name.startswith(drop[:-1]) if drop.endswith("*") else name == drop:
            return drop
    return None
