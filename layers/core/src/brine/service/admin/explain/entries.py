"""The content of the slots of a key: times, tags and purges of each, or why it cannot be used."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from brine.domain.bodies.stored_body import BodyReference, PartialBody
from brine.domain.caching.freshness import freshness, lifetime_source, route_lifetime
from brine.domain.caching.hit_for_miss import HitForMiss
from brine.domain.caching.stale import error_window, needs_validation, revalidation_window
from brine.domain.caching.stored import StoredResponse
from brine.domain.explaining.purge_coverage import covering_stamps
from brine.domain.http.cache_control import NO_DIRECTIVES
from brine.domain.purging.dependencies import is_response_purged, response_stale_from
from brine_codec import CodecError, Expired, Info, Miss

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.domain.caching.freshness import LifetimeSource
    from brine.domain.explaining.purge_coverage import CoveringStamp
    from brine.domain.purging.stamps import Stamp
    from brine.ports.caching import Item
    from brine.service.http_cache.lookup import Entry
    from brine.service.stores.cache_store import CacheStore
    from brine.service.transaction import Transaction

type EntryState = Literal["fresh", "grace", "keep", "purged", "expired", "unreadable", "hit-for-miss", "replaced"]
"""fresh, grace (may be served stale), keep (only validated): of a usable response.

purged, expired, unreadable: it counts as missing. hit-for-miss: a marker that requests for the key do not wait for each
other. replaced: another variant has taken its place.
"""

_HEADER: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """The content of one slot. Members that the entry does not have are None, 0 or empty.

    selected: whether the request selects it. differs: the selecting fields with other values than in the request.
    where: the table, the bucket, or parts of a body in the bucket. size: of the item, and body_size: of the body.
    in_memory: whether this process has it in memory. stored_at: when the response came. confirmed_at: when the exchange
    began that fetched or last validated it. jitter: seconds by which the route's lifetime is longer or shorter.
    until: of a hit-for-miss marker. grace_until: how long it may be served stale during a refresh, and error_until: if
    the origin fails. stamps: the purges that cover it. parts: the (route, target) of each part that a function made it
    from. fault: why it cannot be read.
    """

    slot: str
    state: EntryState
    selected: bool
    where: Literal["table", "bucket", "parts"] = "table"
    size: int = 0
    generation: int = 0
    key_id: int | None = None
    evict_at: int = 0
    in_memory: bool = False
    fault: str | None = None
    until: float | None = None
    status: int | None = None
    body_size: int = 0
    content_type: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    cache_control: str | None = None
    vary: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()
    stored_at: float | None = None
    confirmed_at: float | None = None
    age: float | None = None
    freshness_lifetime: float | None = None
    lifetime_source: LifetimeSource | None = None
    jitter: float = 0.0
    remaining_freshness: float | None = None
    grace_until: float | None = None
    error_until: float | None = None
    tags: tuple[str, ...] = ()
    stamps: tuple[CoveringStamp, ...] = ()
    parts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotContent:
    """An item with its content, or with the reason why it does not open."""

    item: Item
    content: Entry | None = None
    state: EntryState | None = None
    fault: str | None = None

    @property
    def response(self) -> StoredResponse | None:
        """The stored response, or None."""
        return self.content if isinstance(self.content, StoredResponse) else None


def opened(item: Item, slot: str, store: CacheStore[Entry], key: str, now: float) -> SlotContent:
    """Return an item with its content."""
    if not item.envelope:
        return SlotContent(item=item, state="replaced")
    try:
        content = store.codec.open(item.envelope, context=(key, slot), now=now)
    except Expired:
        return SlotContent(item=item, state="expired")
    except CodecError as error:
        kind = "outdated" if isinstance(error, Miss) else "envelope"
        return SlotContent(item=item, state="unreadable", fault=f"{kind}-{type(error).__name__.lower()}")
    if isinstance(content, StoredResponse | HitForMiss):
        return SlotContent(item=item, content=content)
    return SlotContent(item=item, state="unreadable", fault="envelope-foreign")


def entry_of(
    one: SlotContent,
    slot: str,
    transaction: Transaction,
    stamps: Mapping[str, Stamp],
    now: float,
    *,
    selected: bool,
    differs: tuple[str, ...] = (),
    in_memory: bool = False,
    size: int = 0,
) -> StoredEntry:
    """Return the content of a slot, for the request of this transaction."""
    entry = StoredEntry(
        slot=slot,
        state=one.state or "hit-for-miss",
        selected=selected,
        size=size,
        generation=one.item.generation,
        key_id=_key_id(one.item.envelope),
        evict_at=one.item.evict_at,
        in_memory=in_memory,
        fault=one.fault,
        differs=differs,
    )
    if isinstance(one.content, HitForMiss):
        return replace(entry, until=one.content.until)
    return entry if one.content is None else _of_response(entry, one.content, transaction, stamps, now)


def _of_response(
    entry: StoredEntry, stored: StoredResponse, transaction: Transaction, stamps: Mapping[str, Stamp], now: float
) -> StoredEntry:
    policy, resource, fields = transaction.route.policy, transaction.resource, stored.fields
    is_purged = is_response_purged(stored, resource, stamps, now)
    stored = replace(stored, stale_from=response_stale_from(stored, resource, stamps))
    state = freshness(stored, policy, now, transaction.request)
    source = lifetime_source(stored, state.directives, policy, transaction.request)
    of_route = route_lifetime(stored.status, policy) if source in {"freshness_lifetime", "negative_lifetimes"} else None
    fresh_until = now - state.staleness
    windows = revalidation_window(state.directives, policy), error_window(state.directives, NO_DIRECTIVES, policy)
    return replace(
        entry,
        state="purged" if is_purged else _phase(needs_validation(state.directives), state.staleness, max(windows)),
        where=_where(stored),
        status=stored.status,
        body_size=stored.size,
        content_type=fields.get("content-type"),
        etag=fields.get("etag"),
        last_modified=fields.get("last-modified"),
        cache_control=fields.get("cdn-cache-control") or fields.get("cache-control"),
        vary=stored.vary,
        stored_at=stored.response_time,
        confirmed_at=stored.confirmed,
        age=state.age,
        freshness_lifetime=state.lifetime,
        lifetime_source=source,
        jitter=0.0 if of_route is None else state.lifetime - of_route,
        remaining_freshness=-state.staleness,
        grace_until=fresh_until + windows[0] if windows[0] > 0 else None,
        error_until=fresh_until + windows[1] if windows[1] > 0 else None,
        tags=stored.tags,
        stamps=covering_stamps(stored, resource, stamps, now),
        parts=tuple(dict.fromkeys((one.route, one.target) for one in stored.dependencies)),
    )


def _phase(is_always_validated: bool, staleness: float, window: float) -> EntryState:
    if is_always_validated:
        return "keep"
    return "fresh" if staleness < 0 else "grace" if staleness < window else "keep"


def _where(stored: StoredResponse) -> Literal["table", "bucket", "parts"]:
    if isinstance(stored.body, PartialBody):
        return "parts"
    return "bucket" if isinstance(stored.body, BodyReference) else "table"


def _key_id(envelope: bytes) -> int | None:
    """Return the id of the key that sealed an envelope, by its header, which may be forged."""
    if len(envelope) < _HEADER:
        return None
    try:
        return Info(envelope).key_id
    except CodecError:
        return None
