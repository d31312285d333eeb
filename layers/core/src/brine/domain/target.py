"""From the request target that the client sent to the one that the origin gets: rewritten once, then never again.

The bytes made here are the bytes of the cache key and the bytes on the wire, so nothing between the two can make one
key mean two resources. A path may not climb out of its route.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote, unquote_plus

if TYPE_CHECKING:
    from brine.domain.messages import Request
    from brine.domain.route import QueryRule, Route


class BadTargetError(ValueError):
    """The request target cannot be sent to the origin. The message may be shown to the client."""


def upstream_target(route: Route, request: Request, *, confined: bool) -> tuple[str, str | None]:
    """Path and query for the origin, percent-encoded as the client sent them, after the route's own rules.

    Raises BadTargetError for bytes that no request line may hold, and, if `confined`, for a path that might leave the
    route.
    """
    if not _is_visible_ascii(request.target):
        raise BadTargetError("the path or query holds characters that must be percent-encoded")
    rest = request.path if route.prefix == "/" else request.path[len(route.prefix) :]
    if confined and any(_climbs(segment) for segment in rest.split("/")):
        raise BadTargetError('the path has a "." or ".." segment')
    return (route.base_path + rest) or "/", _apply(route.query, request.query)


def normalised(route: Route, target: str) -> str:
    """A target that the origin named, as `upstream_target` would have written it: that is where it is stored."""
    path, mark, query = target.partition("?")
    left = _apply(route.query, query if mark else None)
    return path if left is None else f"{path}?{left}"


def _is_visible_ascii(text: str) -> bool:
    return text.isascii() and text.isprintable() and " " not in text


def _climbs(segment: str) -> bool:
    """Whether a server may read the segment as "." or "..": encoded, with "\\" or "%2f" inside, or ";" after."""
    if "." not in segment and "%" not in segment:
        return False
    parts = unquote(segment).replace("\\", "/").split("/")
    return any(part.split(";", 1)[0] in {".", ".."} for part in parts)


def _apply(rule: QueryRule, query: str | None) -> str | None:
    if query is None or (rule.keep is None and not rule.drop and not rule.sort):
        return query
    parameters = [parameter for parameter in query.split("&") if _wanted(rule, _name(parameter))]
    if rule.sort:
        parameters.sort(key=_name)  # stable: the order of values under one name has meaning
    return "&".join(parameters) or None


def _name(parameter: str) -> str:
    return unquote_plus(parameter.split("=", 1)[0])


def _wanted(rule: QueryRule, name: str) -> bool:
    if rule.keep is not None and name not in rule.keep:
        return False
    return not any(name.startswith(drop[:-1]) if drop.endswith("*") else name == drop for drop in rule.drop)
