"""The JSON form of entries of the listing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.domain.listing.facts import ListedEntry


def entry_json(entry: ListedEntry, tenants: Mapping[str, str]) -> dict[str, object]:
    """Return an entry for JSON. tenants: the names of tenants that the operator gave, by their digests."""
    facts = entry.facts
    return {
        "kind": facts.kind,
        "route": facts.route,
        "tenant": tenants.get(facts.tenant_digest),
        "tenant_digest": facts.tenant_digest or None,
        "url": facts.url,
        "method": facts.method,
        "target": facts.target,
        "source": facts.source,
        "status": facts.status,
        "age": None if facts.age is None else round(facts.age, 3),
        "remaining_freshness": entry.remaining,
        "state": entry.state,
        "bytes": facts.size,
        "stored_bytes": facts.stored_size,
        "where": "s3" if facts.in_body_store else "table",
        "tags": list(facts.tags),
        "variant": facts.variant,
        "parts": facts.parts,
        "function": facts.function or None,
        "namespace": facts.namespace or None,
        "key": facts.key,
        "slot": facts.slot,
        "evict_at": facts.evict_at or None,
        "reason": facts.reason,
    }
