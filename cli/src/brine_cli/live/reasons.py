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
        causes = ", ".join(restrictions(fields))
        reasons.append(f"request: {causes}" if causes else "request")
    elif forwarded is not None and not (forwarded == "uri-miss" and detail):  # the detail then says more
        reasons.append(str(forwarded))
    if detail and detail != problem:
        reasons.append(str(detail))
    return "; ".join(reasons) or None


def restrictions(fields: Fields) -> tuple[str, ...]:
    """Return the parts of a request that rule out a fresh stored response (RFC 9111 section 5.2.1).

    These are names of conditions for the origin, and cache directives with their values.
    """
    directives = parse_request_directives(fields)
    if directives.restricts("no-store"):
        return ("no-store",)
    if conditions := tuple(sorted(ORIGIN_CONDITIONS & set(fields.names))):
        return conditions
    found = ["no-cache"] if directives.restricts("no-cache") else []
    ages = (("max-age", directives.seconds("max-age")), ("min-fresh", directives.seconds("min-fresh")))
    return (*found, *(f"{name}={seconds}" for name, seconds in ages if seconds is not None))
