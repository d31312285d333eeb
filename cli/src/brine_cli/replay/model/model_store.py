"""The store of the model: the slots of all keys, and the purges by unsafe requests."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from brine.domain.bodies.stored_body import PartialBody
from brine.domain.caching.cache_key import resource_of
from brine.domain.caching.hit_for_miss import hit_for_miss_marker
from brine.domain.caching.partial import PARTIAL, adds_bytes
from brine.domain.purging.dependencies import is_response_purged
from brine.domain.purging.stamps import MARGIN, MAX_CONTENT_AGE, Stamp, applied_stamps, key_stamp
from brine.domain.routing.target import normalised_target
from brine.service.http_cache.lookup import MAIN, Lookup, slot_for
from brine_cli.replay.bill import item_size
from brine_cli.replay.model.attempts import ModelFlights
from brine_cli.replay.model.key_state import KeyState, is_selected_by_all, selecting
from brine_cli.replay.model.plain.copies import with_generation
from brine_cli.replay.model.stored_hits import certain_until

if TYPE_CHECKING:
    from brine.domain.caching.decision import ResponseDecision
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.http.messages import Response
    from brine.service.transaction import Transaction
    from brine_cli.replay.model.asked import AskedRequest
    from brine_cli.replay.model.fetches import ModelFetch
    from brine_cli.replay.model.key_state import MadeLater
    from brine_cli.replay.model.plain.life import PlainLife
    from brine_cli.replay.tally import RouteTally


class ModelStore:
    """The stored responses of a replay, and the `flights` that will fill slots.

    environments: how many processes of the gateway share the hits.
    """

    def __init__(self, environments: int) -> None:
        self.flights = ModelFlights()
        self._environments = environments
        self._states: dict[str, KeyState] = {}
        self._stamps: dict[str, Stamp] = {}

    def state_of(self, transaction: Transaction) -> KeyState:
        """Return the state of the key of a request."""
        resource = transaction.resource
        state = self._states.get(resource.key)
        if state is None:
            state = self._states[resource.key] = KeyState(resource, transaction.route.policy)
        return state

    def is_purged(self, state: KeyState) -> bool:
        """Return whether a key was ever purged."""
        return bool(self._stamps) and bool(self._known(state))

    def look_up(self, asked: AskedRequest, now: float) -> Lookup:
        """Return the lookup of a request after all purges. From here on, it may wait for the fetch of the shortcut."""
        if asked.state.fetching is not None:
            asked.state.fetching.lead(self.flights)
            asked.state.fetching = None
        request, resource = asked.transaction.request, asked.state.resource
        if not request.may_use_cache:
            return Lookup(stamps=self._known(asked.state))
        lookup = asked.state.look_up(request, now, is_plain=asked.is_plain)
        stored, known = lookup.stored, self._known(asked.state)
        if not known and (stored is None or now - stored.began <= MAX_CONTENT_AGE):
            return lookup
        return lookup.purged_by(known, resource, now)

    def shorten(self, stored: StoredResponse, asked: AskedRequest, now: float) -> None:
        """Let plain requests for a response that was served be counted without a decision, if that is certain."""
        state, transaction = asked.state, asked.transaction
        if asked.is_plain and state.is_for_all and state.entry(MAIN) is stored:
            policy = transaction.route.policy
            state.hit_until = certain_until(stored, transaction.request, policy, now, state.evict_at(MAIN))

    def update(self, fetch: ModelFetch) -> bool:
        """Bring the store up to date at the end of a fetch. Returns whether its response is stored now."""
        reception, asked, tally = fetch.reception, fetch.attempt.asked, fetch.attempt.asked.tally
        if reception is None or fetch.response is None:
            return False
        lookup = self._invalidate(fetch) if reception.invalidate else fetch.lookup
        if reception.drop:
            at = max(fetch.began, 0.0 if lookup.stored is None else lookup.stored.fetch_started)
            self._stamp(asked.state.resource.key, at, tally)
            lookup = lookup.without_stored()
        if reception.keep is not None:
            return self._keep(reception.keep, lookup, fetch)
        has_lease = fetch.turn == "lead"
        can_mark = has_lease and fetch.attempt.slot == MAIN and lookup.main is None
        seconds = fetch.end - fetch.began
        self.refuse(asked, fetch.response, reception, seconds, fetch.end, has_lease=has_lease, can_mark=can_mark)
        return False

    def refuse(
        self,
        asked: AskedRequest,
        response: Response,
        reception: ResponseDecision,
        seconds: float,
        now: float,
        *,
        has_lease: bool,
        can_mark: bool,
    ) -> None:
        """Count a fetch of so many seconds whose response is not stored, and set a hit-for-miss marker if it may."""
        marker = hit_for_miss_marker(asked.transaction.request, response, reception, now) if can_mark else None
        if marker is not None:
            self._settle(asked.state, MAIN)
            asked.state.put(MAIN, replace(marker, generation=asked.state.next_token(MAIN)))
        asked.tally.not_stored(seconds, has_lease=has_lease, is_marked=marker is not None)

    def settle(self) -> None:
        """Add the hits of all stored responses to the tallies."""
        for state in self._states.values():
            for slot in list(state.hits):
                self._settle(state, slot)

    def _keep(self, stored: StoredResponse, lookup: Lookup, fetch: ModelFetch) -> bool:
        """Store a response if the turn of its fetch permits it."""
        if fetch.turn == "alone":
            return False
        asked, now = fetch.attempt.asked, fetch.end
        state = asked.state
        transaction = asked.transaction
        is_plain = fetch.life is not None or (asked.is_plain and is_selected_by_all(stored))
        if is_plain and lookup.main is lookup.stored:
            slot = MAIN  # what `slot_for` comes to, without its hashes
        else:
            slot, stored = slot_for(stored, lookup.main, selecting(state.resource, transaction.request, now))
        is_late = fetch.turn == "late" or slot != fetch.attempt.slot
        if is_late and (self.flights.of(state.resource.key, slot) is not None or state.fetching is not None):
            return False  # another fetch has the lease
        if is_late and (present := self._changed(slot, lookup, fetch)) is not None:
            joined = _joined(fetch, present) if fetch.turn == "late" else None
            if joined is None:
                return False
            stored, lookup = joined, replace(present, stamps=lookup.stamps, tag_purges=lookup.tag_purges)
        applied = applied_stamps(stored, lookup.stamps, lookup.tag_purges) if lookup.stamps else ()
        placed, token = stored, state.next_token(slot)
        if token != stored.generation or applied != stored.applied_stamps:
            placed = with_generation(stored, token, applied)
        known = self._known(state)
        if known and is_response_purged(placed, state.resource, known, now):
            return False
        if slot != MAIN and slot not in state.entries and len(state.entries) >= state.resource.max_variants:
            return False
        self.put(asked, slot, placed, None if known else fetch.life, now - fetch.began, now)
        return True

    def put(  # noqa: PLR0917 - the parts of a fill
        self,
        asked: AskedRequest,
        slot: str,
        stored: StoredResponse | MadeLater,
        life: PlainLife | None,
        seconds: float,
        now: float,
    ) -> None:
        """Put a response into a slot after a fetch of so many seconds, and count that."""
        state, tally = asked.state, asked.tally
        if slot in state.hits:
            self._settle(state, slot)
        if slot not in state.tokens:
            tally.new_keys_at[int(now // 60)] += 1
        state.put(slot, stored, life)
        tally.stored(item_size(stored.size), seconds)

    def _changed(self, slot: str, lookup: Lookup, fetch: ModelFetch) -> Lookup | None:
        """Return a new lookup if this slot was filled since `lookup`; None if storing replaces no newer entry."""
        seen = lookup.seen.get(slot, 0)
        if fetch.attempt.asked.state.tokens.get(slot, 0) <= seen:
            return None
        present = self.look_up(fetch.attempt.asked, fetch.end)
        if present.main is None:
            return None if present.marker is None else present
        return None if present.seen.get(slot, 0) == seen else present

    def _invalidate(self, fetch: ModelFetch) -> Lookup:
        """Purge the targets that an unsafe request made invalid."""
        lookup, transaction = fetch.lookup, fetch.attempt.asked.transaction
        if fetch.reception is None or not fetch.reception.invalidate:
            return lookup
        route, own, at = transaction.route, transaction.resource, fetch.end + MARGIN
        for target in dict.fromkeys(normalised_target(route, target) for target in fetch.reception.invalidate):
            key = resource_of(route, own.tenant, target).key
            before = self._stamp(key, at, fetch.attempt.asked.tally)
            if key == own.key:
                lookup = lookup.after_invalidation(key_stamp(key), before, at, fetch.began)
        return lookup

    def _stamp(self, key: str, at: float, tally: RouteTally) -> Stamp:
        """Purge a key, and return its last purge before."""
        name = key_stamp(key)
        before = self._stamps.get(name, Stamp())
        self._stamps[name] = before.stamped(at)
        tally.writes += 1
        state = self._states.get(key)
        if state is not None:
            state.purge()
        return before

    def _known(self, state: KeyState) -> dict[str, Stamp]:
        """Return the purges of a key. A log has no others."""
        stamps = self._stamps
        return {name: stamps[name] for name in state.stamp_names if name in stamps} if stamps else {}

    def _settle(self, state: KeyState, slot: str) -> None:
        """End the counts of an entry that is replaced."""
        hits = state.hits.pop(slot, None)
        if hits is not None:
            hits.settle(self._environments)


def _joined(fetch: ModelFetch, present: Lookup) -> StoredResponse | None:
    """Return the received part joined to the parts that are stored by now; None if it must not replace them."""
    stored = present.stored
    if stored is None or not isinstance(stored.body, PartialBody) or stored.status != PARTIAL:
        return None
    keep = fetch.received(replace(fetch.decision, stored=stored)).keep
    return keep if keep is not None and adds_bytes(keep, stored) else None
