"""Conditions under which a response may be stored, and its stored form (RFC 9111 section 3)."""

from __future__ import annotations

from dataclasses import replace
from math import ceil, floor
from typing import TYPE_CHECKING, Final

from brine.domain.caching.freshness import (
    HEURISTICALLY_CACHEABLE,
    freshness,
    freshness_on_arrival,
    has_valid_lifetime,
    route_lifetime,
)
from brine.domain.caching.stale import longest_window, needs_validation
from brine.domain.caching.vary import VARY_STAR
from brine.domain.http.cache_control import parse_response_directives
from brine.domain.http.conditions import ORIGIN_CONDITIONS, RANGE_FIELDS, has_validator
from brine.domain.http.hop_by_hop import CACHING_FIELDS, ESSENTIAL_FIELDS
from brine.domain.purging.tags import response_tags

if TYPE_CHECKING:
    from brine.domain.caching.decision import StorageRefusal
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.http.cache_control import Directives
    from brine.domain.http.fields import Fields
    from brine.domain.http.messages import Request
    from brine.domain.routing.policy import Policy

# Every final status of RFC 9110 section 15, for must-understand (RFC 9111 section 5.2.2.3).
_UNDERSTOOD = frozenset({*range(200, 207), *range(300, 309), *range(400, 418), 421, 422, 426, *range(500, 506)}) - {306}

# Caused by a part of the request that is not in the cache key, so no other client may get them.
_REQUEST_SPECIFIC = frozenset({406, 412, 413, 415, 416, 417, 431, 508})
_NOT_FOUND = frozenset({404, 410})


def may_be_caused_by_fields(status: int) -> bool:
    """Return whether the request's fields, and not its target, may have caused this status.

    True for errors except 404 and 410.
    """
    return status >= 400 and status not in _NOT_FOUND


def shows_current_state(status: int) -> bool:
    """Return whether a response with this status is the current answer for its target, and not just an error."""
    return 200 <= status < 400 or status in _NOT_FOUND


def storable(
    candidate: StoredResponse,
    newest: Fields,
    request: Request,
    request_directives: Directives,
    policy: Policy,
    *,
    tags: tuple[str, ...],
) -> tuple[StoredResponse | None, StorageRefusal | None]:
    """Return the response in its stored form, or None and the reason, as a token for Cache-Status.

    `candidate` has all its end-to-end fields and a Date. `newest` are the fields of the message that answered the
    request: those of the candidate, or those that update it (a 304, a HEAD, a further part). This message itself must
    permit that its fields are stored. An older message cannot permit a use that this one forbids. `tags`: those that
    the response has besides the ones in its fields.
    """
    directives, own = parse_response_directives(candidate.fields), parse_response_directives(newest)
    reason = _refused_by_request(request, request_directives, candidate.status)
    reason = reason or _refused_to_user(request, directives, own)
    for said in (directives, own):
        reason = reason or _refused_by_origin(candidate.status, said)
    for fields, said in ((candidate.fields, directives), (newest, own)):
        reason = reason or _refused_for_cookie(fields, said, policy)
    reason = reason or _refused_by_form(candidate, directives, policy, request)
    if reason is not None:
        return None, reason
    all_tags = response_tags(candidate.fields, tags)
    if all_tags is None:  # a purge by an unstored tag would miss it
        return None, "tags"
    unwanted = _for_one_client(directives) | _for_one_client(own)
    if policy.set_cookie == "strip":
        unwanted |= {"set-cookie"}
    fields = candidate.fields.without(unwanted) if unwanted else candidate.fields
    return replace(candidate, fields=fields, tags=all_tags), None


REFUSALS_BY_REQUEST: Final[frozenset[StorageRefusal | None]] = frozenset(
    {"request-no-store", "authorization", "request-fields"}
)
"""Refusals that the client's request caused; the response that is stored already remains valid."""

SPARING_REFUSALS: Final = REFUSALS_BY_REQUEST | {"slow-origin"}
"""REFUSALS_BY_REQUEST, and the refusal of a response that came too late: the stored one may still be served stale."""

REFUSALS_BY_CLIENT: Final = REFUSALS_BY_REQUEST | {"set-cookie"}
"""REFUSALS_BY_REQUEST, and the refusal of a response that the origin gave to this client only."""


def _refused_by_request(request: Request, request_directives: Directives, status: int) -> StorageRefusal | None:
    if request_directives.restricts("no-store"):
        return "request-no-store"
    if not ORIGIN_CONDITIONS.isdisjoint(request.fields.names):
        return "request-fields"  # these fields reach the origin unchanged, and are in no key
    if may_be_caused_by_fields(status) and not RANGE_FIELDS.isdisjoint(request.fields.names):
        return "request-fields"
    if status not in {200, 206} and "if-range" in request.fields:  # a client may set If-Range to any value
        return "request-fields"
    return None


def _refused_to_user(request: Request, *said: Directives) -> StorageRefusal | None:
    """Section 3.5: each message must itself say that it is for all users."""
    return "authorization" if "authorization" in request.fields and not all(map(_is_for_all_users, said)) else None


def _refused_by_origin(status: int, directives: Directives) -> StorageRefusal | None:
    if directives.restricts("must-understand") and status not in _UNDERSTOOD:
        return "must-understand"
    if directives.restricts("no-store") and not directives.permits("must-understand"):
        return "no-store"
    return "private" if directives.restricts_all("private") or directives.limited_to & ESSENTIAL_FIELDS else None


def _refused_for_cookie(fields: Fields, directives: Directives, policy: Policy) -> StorageRefusal | None:
    sets_cookie = "set-cookie" in fields and "set-cookie" not in _for_one_client(directives)
    return "set-cookie" if sets_cookie and not _may_keep_cookie(directives, policy) else None


def _refused_by_form(
    candidate: StoredResponse, directives: Directives, policy: Policy, request: Request
) -> StorageRefusal | None:
    if not 200 <= candidate.status < 600 or candidate.status in _REQUEST_SPECIFIC:
        return "status"
    if candidate.vary == VARY_STAR:
        return "vary"
    if not is_length_right(candidate):
        return "length"
    if not _permits_storing(candidate, directives, policy):
        return "no-freshness"
    return _refused_for_age(candidate, directives, policy, request)


def evict_at(stored: StoredResponse, policy: Policy) -> int:
    """Return when the response becomes useless, in whole seconds since 1970: after freshness, grace and keep."""
    state = freshness(stored, policy, stored.response_time)
    usable = max(0.0, longest_window(state.directives, policy) - state.staleness)
    window = usable + (policy.keep if has_validator(stored.fields) else 0.0)
    end = ceil(stored.response_time + window)
    # Near the year 2026, a time in seconds has steps of 0.2 microseconds: a shorter window would vanish in the sum
    return max(end, floor(stored.response_time) + 1) if window > 0 else end


def _for_one_client(directives: Directives) -> frozenset[str]:
    """Return the names of the fields that are not stored, because the origin reserves them for one client."""
    return directives.limited_to - CACHING_FIELDS


def _is_for_all_users(directives: Directives) -> bool:
    return directives.permits("public") or directives.permits("s-maxage") or directives.permits("must-revalidate")


def _may_keep_cookie(directives: Directives, policy: Policy) -> bool:
    match policy.set_cookie:
        case "keep" | "strip":
            return True
        case "refuse":
            return False
        case "shared":
            said_for_us = directives.targeted and directives.permits("max-age")
            return directives.permits("public") or directives.permits("s-maxage") or said_for_us


def is_length_right(candidate: StoredResponse) -> bool:
    """Return whether Content-Length, if present, equals the length of the received body (RFC 9110 section 8.6)."""
    stated = candidate.fields.get("content-length")
    return stated is None or {value.strip(" \t") for value in stated.split(",")} == {str(candidate.size)}


def _permits_storing(candidate: StoredResponse, directives: Directives, policy: Policy) -> bool:
    """Return whether at least one rule permits storing (the last condition of section 3)."""
    return (
        directives.permits("public")
        or candidate.status in HEURISTICALLY_CACHEABLE
        or has_valid_lifetime(candidate.fields, directives, candidate.response_time)
        or route_lifetime(candidate.status, policy) is not None
    )


def _refused_for_age(
    candidate: StoredResponse, directives: Directives, policy: Policy, request: Request
) -> StorageRefusal | None:
    """Refuse a response that could never be used later.

    It can be used if it has a validator, is fresh for `request`, or may still be served stale (RFC 5861, or the grace
    of the route). A validator does not help a function, which would run to confirm its response.
    """
    if has_validator(candidate.fields) and not policy.refreshes_in_grace:
        return None
    if needs_validation(directives):
        return "no-freshness"
    staleness = freshness_on_arrival(candidate, policy, request).staleness
    if staleness < 0:
        return None
    window = longest_window(directives, policy) if shows_current_state(candidate.status) else 0.0
    if staleness < window:
        return None
    delay = max(0.0, candidate.response_time - candidate.request_time)
    return "slow-origin" if staleness - delay < window else "no-freshness"
