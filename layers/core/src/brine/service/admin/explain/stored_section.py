"""Reads everything under the key of a request, with the purges that cover it: reads alone, of at most some variants."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from itertools import batched
from typing import TYPE_CHECKING, Final

from brine.domain.purging.dependencies import all_stamp_names
from brine.errors import StoreError
from brine.service.admin.explain.entries import entry_of, opened
from brine.service.admin.explain.read_only import PeekedMemory, item_size
from brine.service.http_cache.lookup import MAIN, variant_slot
from brine.service.http_cache.selecting import Selecting
from brine_codec import CodecError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.domain.caching.stored import StoredResponse
    from brine.domain.purging.stamps import Stamp
    from brine.service.admin.explain.entries import SlotContent, StoredEntry
    from brine.service.http_cache.response_store import ResponseStore
    from brine.service.transaction import Trace, Transaction

MOST_VARIANTS: Final = 12
"""The most variants that an explanation lists."""
_BATCH: Final = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSlots:
    """The slots of a key. `main`: the response in the main slot, purged or not. `slot`: the one that is selected.

    more: how many variants `entries` leaves out. problem: why the table could not be read, or None.
    """

    entries: tuple[StoredEntry, ...] = ()
    main: StoredResponse | None = None
    slot: str = MAIN
    more: int = 0
    problem: str | None = None

    @property
    def selected(self) -> StoredEntry | None:
        """The entry that the request selects, usable or not."""
        return next((one for one in self.entries if one.selected), None)


def stored_slots(responses: ResponseStore, transaction: Transaction, trace: Trace) -> StoredSlots:
    """Return the content of the slots of a transaction's key. `responses`: read-only ones."""
    try:
        return _SlotReader(responses, transaction, trace).read()
    except StoreError as error:
        return StoredSlots(problem=f"what is stored cannot be listed: {error}")


class _SlotReader:
    def __init__(self, responses: ResponseStore, transaction: Transaction, trace: Trace) -> None:
        self._responses = responses
        self._store = responses.store
        self._transaction = transaction
        self._trace = trace
        self._selecting = Selecting(responses.keyring, transaction.resource, transaction.request, trace.now)
        self._found: dict[str, SlotContent] = {}
        self._problem: str | None = None

    def read(self) -> StoredSlots:
        main_item = self._open(MAIN)
        main = None if main_item is None else main_item.response
        slot, more = MAIN, 0
        if main is not None and main.vary:
            with suppress(CodecError):  # without its key, the selecting fields cannot be compared
                slot = MAIN if self._selecting.selects(main) else variant_slot(main, self._selecting)
            others = [name for name in self._variants() if name != slot]
            more = max(0, len(others) - MOST_VARIANTS)
            for name in [slot, *others[:MOST_VARIANTS]] if slot != MAIN else others[:MOST_VARIANTS]:
                self._open(name)
        stamps = self._stamps()
        entries = tuple(self._entry(name, one, stamps, slot) for name, one in self._found.items())
        return StoredSlots(entries=entries, main=main, slot=slot, more=more, problem=self._problem)

    def _open(self, slot: str) -> SlotContent | None:
        key = self._transaction.resource.key
        item = self._store.stamps.items.read(self._store.pk(key), slot, consistent=True, deadline=self._trace.deadline)
        if item is None:
            return None
        self._found[slot] = one = opened(item, slot, self._store, key, self._trace.now)
        return one

    def _variants(self) -> list[str]:
        """Return the slots that have a permit, which all variants but the one in the main slot need."""
        resource, permits = self._transaction.resource, self._responses.variants.permits
        pk, found = self._store.pk(resource.key), []
        try:
            for numbers in batched(range(resource.max_variants - 1), _BATCH, strict=False):
                found += permits.read(pk, numbers, deadline=self._trace.deadline)
        except StoreError as error:
            self._problem = f"the variants cannot be listed: {error}"
        return list(dict.fromkeys(one.slot for one in found if one.evict_at > self._trace.now))

    def _stamps(self) -> Mapping[str, Stamp]:
        """Return all stamps that cover the responses that were found, as they are in the table now."""
        responses = [one.response for one in self._found.values()]
        names = dict.fromkeys(
            name for one in (None, *responses) for name in all_stamp_names(self._transaction.resource, one)
        )
        stamps: dict[str, Stamp] = {}
        for some in batched(names, _BATCH, strict=False):
            stamps |= self._store.stamps.store.read(some, deadline=self._trace.deadline)
        return stamps

    def _entry(self, slot: str, one: SlotContent, stamps: Mapping[str, Stamp], selected: str) -> StoredEntry:
        memory = self._store.memory
        return entry_of(
            one,
            slot,
            self._transaction,
            stamps,
            self._trace.now,
            selected=slot == selected,
            differs=self._differences(one.response),
            in_memory=isinstance(memory, PeekedMemory) and memory.has_original((self._transaction.resource.key, slot)),
            size=item_size(one.item),
        )

    def _differences(self, stored: StoredResponse | None) -> tuple[str, ...]:
        """Return the selecting fields with other values in the request than the response was made for."""
        if stored is None or not stored.vary:
            return ()
        try:
            if self._selecting.selects(stored):
                return ()
            mine = self._selecting.digests_for(stored)
        except CodecError:
            return ()
        pairs = zip(stored.vary, mine, stored.selection.digests, strict=True)
        return tuple(name for name, own, made_for in pairs if own != made_for)
