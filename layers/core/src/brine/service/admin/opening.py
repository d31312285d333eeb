"""Opens the items of the cache table with the keys of the functions, and learns the facts that are sealed in them."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from brine.domain.bodies.stored_body import BodyReference, PartialBody
from brine.domain.caching.freshness import current_age
from brine.domain.caching.hit_for_miss import HitForMiss
from brine.domain.caching.stored import StoredResponse
from brine.domain.listing.facts import EntryFacts
from brine.domain.listing.states import policy_in_code
from brine.domain.purging.stamps import key_stamp, listed_stamp_names, result_stamp
from brine.domain.results.stored import EnvelopeReference
from brine.domain.routing.public_target import public_target
from brine.service.admin.opened import OpenedItem
from brine.service.results.sealing import unpack
from brine_codec import (
    CodecError,
    Expired,
    KeyringUnavailable,
    Premature,
    SchemaMiss,
    Tampered,
    Undecodable,
    UnknownKey,
)

if TYPE_CHECKING:
    from brine.domain.routing.route import Route
    from brine.ports.admin import TableItem
    from brine.service.admin.sources import CacheSource, CacheTable


def opened(one: TableItem, table: CacheTable, now: float) -> OpenedItem | None:
    """Return an item opened with the keys of the first function that can open it; None if it is empty or over."""
    if not one.item.envelope:  # another variant has replaced this one
        return None
    partition, _, key = one.pk.partition("#")
    namespace = key.partition("#")[0] if "#" in key else ""
    size = len(one.item.envelope)
    facts = EntryFacts(kind="unreadable", key=key, slot=one.sk, namespace=namespace, size=size, stored_size=size)
    failures: list[CodecError] = []
    for source in table.of_namespace(namespace):
        read = _read_response if partition == "r" else _read_result
        try:
            return read(one, replace(facts, function=source.function or namespace), source, now)
        except CodecError as error:
            if isinstance(error, Expired) and not isinstance(error, Premature):  # the table deletes late
                return None
            failures.append(error)
    reason = _reason(failures) if failures else f'no function here has the namespace "{namespace}"'
    return OpenedItem(facts=replace(facts, reason=reason))


def _read_response(one: TableItem, facts: EntryFacts, source: CacheSource, now: float) -> OpenedItem:
    """Return the item of a response or of a hit-for-miss marker. Raises CodecError."""
    context = facts.key, one.sk
    content = source.responses.open(one.item.envelope, context=context, now=now)
    facts = replace(facts, evict_at=source.responses.peek(one.item.envelope, context=context, now=now).expires_at)
    if isinstance(content, HitForMiss):
        return OpenedItem(facts=replace(facts, kind="marker"), content=content)
    if not isinstance(content, StoredResponse):
        raise Undecodable("it is neither a response nor a marker")
    route = source.routes.named(content.route)
    referenced = _referenced_bytes(content)
    own = key_stamp(facts.key), *([key_stamp(content.target_key)] if content.target_key else [])
    return OpenedItem(
        facts=replace(
            facts,
            kind="response",
            route=content.route,
            method=content.method,
            target=content.target,
            url=_url(content, route, facts.namespace),
            status=content.status,
            tenant_digest=content.tenant_digest,
            age=current_age(content, now),
            size=content.size,
            stored_size=facts.stored_size + referenced,
            in_body_store=referenced > 0,
            tags=content.tags,
            variant=_variant(content),
            parts=len(content.dependencies),
        ),
        content=content,
        own=listed_stamp_names(own, content.tenant_digest, content.tags, route=content.route),
        policy=policy_in_code(content, facts.evict_at) if route is None else route.policy,
    )


def _url(stored: StoredResponse, route: Route | None, namespace: str) -> str | None:
    """Return the path and query of a client. A route that only code has keeps the target of the client as it is."""
    if route is not None:
        return public_target(route, stored.target)
    return stored.target if namespace else None


def _read_result(one: TableItem, facts: EntryFacts, source: CacheSource, now: float) -> OpenedItem:
    """Return the item of a result. Raises CodecError."""
    stored = unpack(source.results.open(one.item.envelope, context=(facts.key,), now=now))
    elsewhere = stored.value.size if isinstance(stored.value, EnvelopeReference) else 0
    return OpenedItem(
        facts=replace(
            facts,
            kind="result",
            source=" ".join(filter(None, (stored.cache, stored.function))) or None,
            tenant_digest=stored.tenant_digest,
            age=max(0.0, now - stored.began),
            size=elsewhere or facts.size,
            stored_size=facts.stored_size + elsewhere,
            in_body_store=elsewhere > 0,
            tags=stored.tags,
            evict_at=one.item.evict_at,
        ),
        content=stored,
        own=listed_stamp_names((result_stamp(facts.key),), stored.tenant_digest, stored.tags),
    )


def _referenced_bytes(stored: StoredResponse) -> int:
    """Return the bytes of the body that are in the body store."""
    body = stored.body
    bodies = [part.body for part in body.parts] if isinstance(body, PartialBody) else [body]
    return sum(one.size for one in bodies if isinstance(one, BodyReference))


def _variant(stored: StoredResponse) -> str | None:
    """Return the names of the selecting fields and a hash of their hashed values; None without such fields."""
    if not stored.vary:
        return None
    digest = sha256(b"".join(b"\0" if one is None else b"\1" + one for one in stored.selection.digests))
    return f"{', '.join(stored.vary)} #{digest.hexdigest()[:8]}"


def _reason(failures: list[CodecError]) -> str:
    """Return why no function opened an item: the failure of the one that got furthest, as a text for operators."""
    told = next((one for one in failures if not isinstance(one, Tampered | UnknownKey)), failures[-1])
    match told:
        case Tampered():
            return "its seal does not verify: it was altered, or sealed with other keys"
        case KeyringUnavailable():
            return f"the keys of the function cannot be loaded: {told}"
        case UnknownKey():
            return f"{told}: the key was removed, or belongs to another function"
        case SchemaMiss():
            return "it is in the form of another version"
        case _:
            return str(told)
