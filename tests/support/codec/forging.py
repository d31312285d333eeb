"""Envelopes with a valid key that hold what our writer would not write for a class."""

from __future__ import annotations

from brine_codec import Codec, Registry
from brine_codec.pickling.makers import Maker
from tests.support.codec.samples import NOW, Point, keyring


class Forgery:
    """A call of a maker with any values."""

    def __init__(self, values: tuple[object, ...]) -> None:
        self.values = values


def forged(tag: str, *values: object, gate: bool = True) -> bytes:
    """Return an envelope that calls the maker of `tag` with these values. A value may be a Point or a Stranger."""
    registry = Registry()
    registry.register(Point, version=1)
    maker = Maker(tag, Forgery, lambda *given: Forgery(given))
    registry.add(Forgery, maker, lambda forgery: (maker, forgery.values))  # type: ignore[attr-defined]  # by its type
    return Codec(keyring(), purpose="test", registry=registry, gate=gate).seal(Forgery(values), now=NOW)


def tag_of(registry: Registry, title: str) -> str:
    """Return the tag, with its checksum, of the class that is registered as `name@version`."""
    return registry.record(title).tag
