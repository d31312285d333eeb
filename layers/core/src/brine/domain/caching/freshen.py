"""Updates of a stored response by a response without content: 304, or 200 to HEAD (RFC 9111 3.2, 4.3)."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING

from brine.domain.bodies.stored_body import PartialBody
from brine.domain.caching.decision import Forward, ResponseDecision
from brine.domain.caching.storing import REFUSALS_BY_CLIENT, SPARING_REFUSALS
from brine.domain.http.conditions import CACHE_CONDITIONS, entity_tag, weak_match
from brine.domain.http.dates import with_date

if TYPE_CHECKING:
    from brine.domain.caching.decision import StorageRefusal
    from brine.domain.caching.origin_exchange import OriginExchange
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.http.fields import Fields

# These fields describe the stored bytes, which have not changed (section 3.2).
_NOT_UPDATED = frozenset(
    {"content-digest", "content-encoding", "content-length", "content-md5", "content-range", "digest", "repr-digest"}
)


def receive_not_modified(exchange: OriginExchange, stored: StoredResponse) -> ResponseDecision:
    """Handle a 304: answer from the stored response, with updated fields.

    A 304 may have another ETag than the stored response, as from origins behind a compressing proxy. The stored
    response is still valid, but the 304's fields belong to another representation (section 4.3.4) and are ignored.
    Without ETags, a 304 with another Last-Modified contradicts itself, and the gateway requests the complete response.
    """
    tag, stored_tag = entity_tag(exchange.fields), entity_tag(stored.fields)
    if tag is not None and stored_tag is not None and not weak_match(tag, stored_tag):
        return ResponseDecision(reuse=stored, refusal="other-etag")
    if tag is None and stored_tag is None and not _same_date(stored.fields, exchange.fields):
        return retry_without_conditions(exchange)
    updated = _updated(stored, exchange)
    keep, refusal = exchange.storable(updated)
    return ResponseDecision(reuse=updated, keep=keep, drop=_ends_stored_response(keep, refusal), refusal=refusal)


def retry_without_conditions(exchange: OriginExchange) -> ResponseDecision:
    """Request the complete response, because the gateway's own conditions did not help.

    A server may answer 412 to a POST whose If-None-Match matches (RFC 9110 section 13.1.2).
    """
    fields = exchange.decision.fields.without(CACHE_CONDITIONS)
    return ResponseDecision(retry=Forward(fields=fields, reason=exchange.decision.reason, stored=exchange.stored))


def receive_head(exchange: OriginExchange) -> ResponseDecision:
    """Handle a response to HEAD: update the stored GET response that it describes, or drop one that it contradicts."""
    stored = exchange.stored
    if exchange.response.status != 200 or stored is None or not _has_complete_length(stored):
        return ResponseDecision()
    if not _describes(exchange.fields, stored):
        _, refusal = exchange.storable(exchange.candidate())
        return ResponseDecision(drop=refusal not in REFUSALS_BY_CLIENT)
    if not _has_validator_of(exchange.fields, stored.fields):
        return ResponseDecision()
    keep, refusal = exchange.storable(_updated(stored, exchange))
    return ResponseDecision(keep=keep, drop=_ends_stored_response(keep, refusal), refusal=refusal)


def _has_complete_length(stored: StoredResponse) -> bool:
    """Return whether HEAD can describe the stored response: it is complete, or its parts tell the complete length."""
    return stored.status == 200 or isinstance(stored.body, PartialBody)


def _updated(stored: StoredResponse, exchange: OriginExchange) -> StoredResponse:
    newer = with_date(exchange.fields.without(_NOT_UPDATED), exchange.response_time)
    fields = exchange.updated(stored.fields, newer)
    return replace(
        stored,
        fields=fields,
        request_time=exchange.request_time,
        response_time=exchange.response_time,
        stale_from=inf,
        vary=exchange.vary(fields, stored.status, stored.vary),
        dependencies=tuple(dict.fromkeys((*stored.dependencies, *exchange.response.dependencies))),
    )


def _ends_stored_response(keep: StoredResponse | None, refusal: StorageRefusal | None) -> bool:
    """Return whether an update that is not stored makes the stored response invalid.

    It does not if the update is refused only because it is for one client, or came too late.
    """
    return keep is None and refusal not in REFUSALS_BY_CLIENT | SPARING_REFUSALS


def _same_date(stored: Fields, received: Fields) -> bool:
    """Return whether a 304 has the stored Last-Modified, or none."""
    return "last-modified" not in received or received.get("last-modified") == stored.get("last-modified")


def _describes(head: Fields, stored: StoredResponse) -> bool:
    """Return whether a HEAD response is consistent with the stored response (section 4.3.5)."""
    tag, stored_tag = entity_tag(head), entity_tag(stored.fields)
    if tag is not None and (stored_tag is None or not weak_match(tag, stored_tag)):
        return False
    if "last-modified" in head and head.get("last-modified") != stored.fields.get("last-modified"):
        return False
    return head.get("content-length", str(stored.size)) == str(stored.size)


def _has_validator_of(head: Fields, stored: Fields) -> bool:
    """Return whether the HEAD response identifies the stored representation by a validator.

    Without a validator, it could describe any representation.
    """
    return (entity_tag(head) is not None and entity_tag(stored) is not None) or "last-modified" in head
