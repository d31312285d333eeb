"""The allowed types: plain data, the standard library's values, and the classes of a registry."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from brine.domain.formats.opaque import register_opaque
from brine_codec import Limits, Registry, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Types:
    """A registry and the limits of size, with the vocabulary that formats make of both.

    A Codec with the same registry and limits seals the same objects.
    """

    registry: Registry = field(default_factory=Registry)
    limits: Limits = field(default_factory=Limits)
    vocabulary: Vocabulary = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "vocabulary", Vocabulary(self.registry, self.limits))


@dataclass(frozen=True, slots=True)
class DeclaredType:
    """A class that types.toml declares. `uses`: declared names in its fields, by the symbols that stand for them."""

    name: str
    version: int
    cls: type
    uses: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Declarations:
    """All declarations of a types.toml, by name."""

    by_name: Mapping[str, DeclaredType]

    def types(self, names: Iterable[str] | None = None, limits: Limits | None = None) -> Types:
        """Return the allowed types for these names (None: all), with the types that their fields use.

        numpy arrays and pandas frames are always allowed, as opaque values. Raises KeyError for a name that is not
        declared.
        """
        wanted = list(self.by_name if names is None else names)
        found: dict[str, DeclaredType] = {}
        while wanted:
            name = wanted.pop()
            if name not in found:
                found[name] = self.by_name[name]
                wanted += found[name].uses.values()
        registry = Registry()
        register_opaque(registry)
        for declared in found.values():
            mentioned = {symbol: self.by_name[name].cls for symbol, name in declared.uses.items()}
            registry.register(declared.cls, name=declared.name, version=declared.version, types=mentioned)
        return Types(registry, Limits() if limits is None else limits)
