"""Everything that one codec can write and read: the registry's classes and the standard library's values."""

from __future__ import annotations

from brine_codec.standard import Standard
from brine_codec.token import Rebuild
from brine_codec.writer import Table

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from brine_codec.limits import Limits
    from brine_codec.registry import Registry
    from brine_codec.token import Maker, Reducer


class Vocabulary:
    """`table` writes, `rebuild` reads."""

    __slots__ = ("_registry", "_standard", "rebuild", "table")

    def __init__(self, registry: Registry, limits: Limits) -> None:
        self._registry = registry
        self._standard = Standard(limits)
        self.table = Table(self._reducer)
        self.rebuild = Rebuild(self._maker)

    def _reducer(self, cls: type) -> Reducer | None:
        return self._registry.reducers.get(cls) or self._standard.reducer(cls)

    def _maker(self, tag: str) -> Maker:
        return self._standard.maker(tag) or self._registry.maker(tag)
