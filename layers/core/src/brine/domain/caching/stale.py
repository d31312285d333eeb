"""Conditions under which a stale response may be served (RFC 9111 section 4.2.4, RFC 5861)."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from brine.domain.http.cache_control import NO_DIRECTIVES

if TYPE_CHECKING:
    from brine.domain.http.cache_control import Directives
    from brine.domain.routing.policy import Policy

ERRORS = frozenset({500, 502, 503, 504})
"""The error statuses that a stale response may replace (RFC 5861 section 4)."""


def needs_validation(directives: Directives) -> bool:
    """Return whether a response may never be reused without validation (section 5.2.2.4)."""
    return directives.restricts_all("no-cache")


def forbids_stale(directives: Directives) -> bool:
    """Return whether a response may not be served stale at any time (sections 5.2.2.2, 5.2.2.8 and 5.2.2.10).

    s-maxage forbids it too, unless the same response has its own stale-if-error.
    """
    by_lifetime = directives.restricts("s-maxage") and directives.seconds("stale-if-error") is None
    return by_lifetime or _forbidden(directives)


def _forbidden(directives: Directives) -> bool:
    return (
        directives.restricts("must-revalidate")
        or directives.restricts("proxy-revalidate")
        or needs_validation(directives)
    )


def error_window(directives: Directives, request_directives: Directives, policy: Policy) -> float:
    """Return for how many seconds a stale response may replace an error; 0 if it must not.

    s-maxage also forbids it (section 5.2.2.10), unless the same response has its own stale-if-error.
    """
    if forbids_stale(directives):
        return 0
    granted = directives.seconds("stale-if-error")
    return max(policy.grace if granted is None else granted, request_directives.seconds("stale-if-error") or 0)


def revalidation_window(directives: Directives, policy: Policy) -> float:
    """Return for how many seconds a stale response may be served during its refresh (RFC 5861 section 3).

    The origin decides; for a function, its route's grace does.
    """
    if _forbidden(directives):
        return 0
    granted = directives.seconds("stale-while-revalidate")
    if granted is None:
        return policy.grace if policy.refreshes_in_grace else 0
    return granted


def grants_window(directives: Directives) -> bool:
    """Return whether the origin itself lets its response be served stale (RFC 5861)."""
    return bool(directives.seconds("stale-while-revalidate") or directives.seconds("stale-if-error"))


def longest_window(directives: Directives, policy: Policy) -> float:
    """Return for how many seconds a stale response may be served at all: on an error, or during its refresh."""
    return max(error_window(directives, NO_DIRECTIVES, policy), revalidation_window(directives, policy))


def accepted_staleness(directives: Directives, request_directives: Directives) -> float:
    """Return the client's max-stale in seconds; infinite without an argument (section 5.2.1.2).

    0 when the response must not be served stale.
    """
    if _forbidden(directives) or directives.restricts("s-maxage"):
        return 0
    return (
        inf if request_directives.permits_without_limit("max-stale") else request_directives.seconds("max-stale") or 0
    )
