"""The reason of a result in a few words, such as `request: max-age=0`, `uri-miss` or `no-freshness`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from brine.domain.http.cache_control import parse_request_directives
from brine.domain.http.conditions import ORIGIN_CONDITIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.domain.http.fields import Fields


def reason_of(status: Mapping[str, Any], fields: Fields, problem: str | None) -> str | None:
    """Return why a request went to the origin, and why the response was not stored; None if there is no reason.

    status: the parameters of Cache-Status. fields: those of the client's request. problem: it is no reason again.
    """
    forwarded, detail = status.get("fwd"), status.get("detail")
    reasons: list[str] = []
    if forwarded == "request":
        part = decisive_part(fields)
        reasons.append("request" if part is None else f"request: {part}")
    elif forwarded is not None and not (forwarded == "uri-miss" and detail):  # the detail then says more
        reasons.append(str(forwarded))
    if detail and detail != problem:
        reasons.append(str(detail))
    return "; ".join(reasons) or None


def decisive_part(fields: Fields) -> str | None:
    """Return the part of a request that rules out a fresh stored response (RFC 9111 section 5.2.1), or None.

    It is the name of a condition for the origin, or a cache directive with its value. The order is that of
    brine.domain.caching.decide. A condition comes first, because it decides on routes that ignore directives too.
    """
    if conditions := sorted(ORIGIN_CONDITIONS & set(fields.names)):
        return conditions[0]
    directives = parse_request_directives(fields)
    if directives.restricts("no-store"):
        return "no-store"
    if directives.restricts("no-cache"):
        return "no-cache"
    max_age, min_fresh = directives.seconds("max-age"), directives.seconds("min-fresh") or 0
    if max_age is None or (min_fresh and max_age > 0):  # of two limits, the age of the response decides
        found = [f"min-fresh={min_fresh}"] if min_fresh else []
        return " or ".join(found if max_age is None else [*found, f"max-age={max_age}"]) or None
    return f"max-age={max_age}"
