"""The parts of the cache that an operator may look into: one for each function with keys of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from brine.domain.keys.times import KEY_KEEP_DAYS
from brine.service.results.sealing import result_codec
from brine_codec import Registry, SchemaMiss
from brine_codec.pickling.makers import Maker

if TYPE_CHECKING:
    from brine.domain.routing.route import Routes
    from brine.ports.admin import BudgetLedgers, CircuitStates, ItemPages
    from brine.ports.caching import StampStore
    from brine_codec import Codec, Keyring, KeyringSource


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheSource:
    """The keys and the routes of one function, or of all functions that share keys.

    namespace: its part of the table, "" for that of the gateway, and None for those of all other functions.
    The codecs open its responses and its results. key_keep_days: the days for which a replaced key still opens.
    """

    function: str
    namespace: str | None
    keyring: Keyring | KeyringSource
    responses: Codec
    results: Codec
    routes: Routes
    key_keep_days: float = KEY_KEEP_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheTable:
    """A cache table with the functions that use it. Where several have one namespace, the first one comes first."""

    pages: ItemPages
    stamps: StampStore
    circuits: CircuitStates
    budgets: BudgetLedgers
    sources: tuple[CacheSource, ...]

    def of_namespace(self, namespace: str) -> tuple[CacheSource, ...]:
        """Return the functions with this part of the table."""
        return tuple(source for source in self.sources if source.namespace == namespace or _shares(source, namespace))


def _shares(source: CacheSource, namespace: str) -> bool:
    return source.namespace is None and namespace != ""


class Unnamed:
    """Stands for an object of a class that this process does not have. It holds none of its values."""

    __slots__ = ()


class _AnyClass(Registry):
    """A registry for reading facts beside objects of any class. The objects become `Unnamed`."""

    def __init__(self) -> None:
        super().__init__()
        self.shares = True  # so that the codec also refuses a stream that would change an object

    def maker(self, tag: str) -> Maker:
        """Return the maker of a tag; for an unknown one, a maker of `Unnamed`."""
        try:
            return super().maker(tag)
        except SchemaMiss:
            return Maker(tag, Unnamed, lambda *_: Unnamed())


def facts_codec(keyring: Keyring | KeyringSource) -> Codec:
    """Return the codec for the facts of results of any class. It unpickles only envelopes that `keyring` sealed."""
    return result_codec(keyring, _AnyClass())
