"""Opens the items of the cache table with the keys of the functions, and learns the facts that are sealed in them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from math import inf
from typing import TYPE_CHECKING

from brine.domain.bodies.stored_body import BodyReference, PartialBody
from brine.domain.caching.hit_for_miss import HitForMiss
from brine.domain.caching.stored import StoredResponse
from brine.domain.listing.facts import EntryFacts, ListedEntry
from brine.domain.listing.states import policy_in_code, response_state, result_state
from brine.domain.purging.dependencies import is_whole_purged, whole_stale_from
from brine.domain.purging.stamps import is_purged, key_stamp, listed_stamp_names, result_stamp, stale_from
from brine.domain.results.stored import EnvelopeReference, StoredResult
from brine.domain.routing.public_target import public_target
from brine.service.results.sealing import unpack
from brine_codec import CodecError, Expired, KeyringUnavailable, Premature, SchemaMiss, Tampered, UnknownKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.domain.purging.stamps import Stamp
    from brine.domain.routing.policy import Policy
    from brine.ports.admin import TableItem
    from brine.service.admin.sources import CacheSource, CacheTable

type Content = StoredResponse | StoredResult | HitForMiss


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedItem:
    """An item of the table with its facts. `content` is None if it does not open.

    own: the names of the stamps of the item itself. policy: that of its route.
    """

    facts: EntryFacts
    content: Content | None = None
    own: tuple[str, ...] = ()
    policy: Policy | None = None

    @property
    def stamp_names(self) -> tuple[str, ...]:
        """The names of all stamps that apply to it, those of the responses that it was made from included."""
        parts = self.content.dependencies if isinstance(self.content, StoredResponse) else ()
        return tuple(dict.fromkeys((*self.own, *[name for one in parts for name in one.names])))

    def is_purged(self, stamps: Mapping[str, Stamp], now: float) -> bool:
        """Return whether a hard purge ended it. `stamps` has all of its names."""
        match self.content:
            case StoredResponse() as stored:
                return is_whole_purged(stored, self.own, stamps, now)
            case StoredResult() as stored:
                return is_purged(stored, {name: stamps[name] for name in self.own}, now)
        return False

    def stale_from(self, stamps: Mapping[str, Stamp]) -> float:
        """Return when a soft purge ended its freshness; infinite without one. `stamps` has all of its names."""
        match self.content:
            case StoredResponse() as stored:
                return whole_stale_from(stored, self.own, stamps)
            case StoredResult() as stored:
                return stale_from(stored, {name: stamps[name] for name in self.own})
        return inf

    def listed(self, stamps: Mapping[str, Stamp], now: float) -> ListedEntry:
        """Return the entry with its state after these purges. `stamps` has all of its names."""
        if self.is_purged(stamps, now):
            return ListedEntry(self.facts, "purged")
        match self.content:
            case StoredResponse() as stored if self.policy is not None:
                state, remaining = response_state(stored, self.policy, now, stale_from=self.stale_from(stamps))
            case StoredResult() as stored:
                state, remaining = result_state(stored, now, stale_from=self.stale_from(stamps))
            case HitForMiss() as marker:
                state, remaining = "fresh", int(marker.until - now)
            case _:
                return ListedEntry(self.facts, "unknown")
        return ListedEntry(self.facts, state, remaining)


def opened(one: TableItem, table: CacheTable, now: float) -> OpenedItem | None:
    """Return an item opened by the first function whose keys sealed it; None if it is empty or over."""
    if not one.item.envelope:  # another variant has replaced this one
        return None
    partition, _, key = one.pk.partition("#")
    namespace = key.partition("#")[0] if "#" in key else ""
    failures: list[CodecError] = []
    for source in table.of_namespace(namespace):
        try:
            if partition == "r":
                content = source.responses.open(one.item.envelope, context=(key, one.sk), now=now)
                expires_at = source.responses.peek(one.item.envelope, context=(key, one.sk), now=now).expires_at
                return _response(content, one, key, namespace, source, expires_at)
            result = unpack(source.results.open(one.item.envelope, context=(key,), now=now))
            return _result(result, one, key, namespace, source)
        except CodecError as error:
            if isinstance(error, Expired) and not isinstance(error, Premature):  # the table deletes late
                return None
            failures.append(error)
    size = len(one.item.envelope)
    reason = _reason(failures) if failures else f"no function here has the namespace {namespace or '(none)'}"
    facts = EntryFacts(
        kind="unreadable", key=key, slot=one.sk, namespace=namespace, size=size, stored_size=size, reason=reason
    )
    return OpenedItem(facts=facts)


def _response(
    content: object, one: TableItem, key: str, namespace: str, source: CacheSource, expires_at: int
) -> OpenedItem:
    """Return the item of a response or of a hit-for-miss marker."""
    size = len(one.item.envelope)
    facts = EntryFacts(
        kind="marker",
        key=key,
        slot=one.sk,
        namespace=namespace,
        function=source.function,
        size=size,
        stored_size=size,
        evict_at=expires_at,
    )
    if isinstance(content, HitForMiss):
        return OpenedItem(facts=facts, content=content)
    if not isinstance(content, StoredResponse):
        return OpenedItem(facts=replace(facts, kind="unreadable", reason="it is neither a response nor a marker"))
    route = source.routes.named(content.route)
    own = key_stamp(key), *([key_stamp(content.target_key)] if content.target_key else [])
    referenced = _referenced_bytes(content)
    return OpenedItem(
        facts=replace(
            facts,
            kind="response",
            route=content.route,
            method=content.method,
            target=content.target,
            url=content.target if route is None and namespace else route and public_target(route, content.target),
            status=content.status,
            tenant_digest=content.tenant_digest,
            began=content.fetch_started,
            size=content.size,
            stored_size=size + referenced,
            in_body_store=referenced > 0,
            tags=content.tags,
            variant=_variant(content),
            parts=len(content.dependencies),
        ),
        content=content,
        own=listed_stamp_names(own, content.tenant_digest, content.tags, route=content.route),
        policy=policy_in_code(content, expires_at) if route is None else route.policy,
    )


def _result(stored: StoredResult, one: TableItem, key: str, namespace: str, source: CacheSource) -> OpenedItem:
    """Return the item of a result."""
    value, inline = stored.value, len(one.item.envelope)
    elsewhere = value.size if isinstance(value, EnvelopeReference) else 0
    return OpenedItem(
        facts=EntryFacts(
            kind="result",
            key=key,
            slot=one.sk,
            namespace=namespace,
            function=source.function,
            source=" ".join(filter(None, (stored.cache, stored.function))) or None,
            tenant_digest=stored.tenant_digest,
            began=stored.began,
            size=elsewhere or inline,
            stored_size=inline + elsewhere,
            in_body_store=elsewhere > 0,
            tags=stored.tags,
            evict_at=one.item.evict_at,
        ),
        content=stored,
        own=listed_stamp_names((result_stamp(key),), stored.tenant_digest, stored.tags),
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
