"""The content of the golden stored results, and the place where each is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from brine.domain.purging.stamps import tag_stamp
from tests.support.codec.samples import order
from tests.unit.service.results.world import World

if TYPE_CHECKING:
    from brine import Cache

KEY: Final = ("orders", 7, 2.5, True, None, b"\xff", ("\u00e9",))


class GoldenError(Exception):
    """A failure that is an answer."""


CALLS: Final[dict[str, object]] = {"value": order(), "failure": GoldenError("gone", 7), "elsewhere": order(2)}


def world_of(name: str) -> World:
    """A world where the first tag was purged a moment ago, which its processes know of before they compute."""
    world = World(inline_limit=0 if name == "elsewhere" else 10_000)
    assert world.stamps is not None
    world.stamps.write(tag_stamp("shop", "acme"), at=world.now + 2)
    return world


def call(cache: Cache, value: object) -> Any:
    """The cached result, or else the value: returned, or raised if it is an exception."""

    def compute() -> object:
        if isinstance(value, Exception):
            raise value
        return value

    return cache.for_tenant("acme").get_or_compute(
        KEY, compute, freshness_lifetime=60, grace=30, negative={GoldenError: 5}, tags=("shop", "\u00e9")
    )
