"""The purposes of Brine's own envelopes, and the contexts that they are bound to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from brine_codec.envelope.http_target import canonical_target

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Purpose:
    """A purpose. context: its parts, for people. is_own: the envelopes are for the service alone that seals them."""

    name: str
    context: str
    is_own: bool = False


CACHE: Final = Purpose("brine cache", "key and slot of the item", is_own=True)
RESULTS: Final = Purpose("brine results", "key of the result", is_own=True)
PURPOSES: Final = (
    Purpose("brine client", 'of a response: "response" and its target'),
    Purpose("brine origin", 'of a response: "response" and its target'),
    Purpose("brine exchange", 'of a message: "message", channel and sender'),
    Purpose("brine function", 'of a response: "response" and its target', is_own=True),
    CACHE,
    RESULTS,
)
"""The purposes that `brine open` tries if it is told none."""


def is_own(purpose: str) -> bool:
    """Return whether only the service that sealed such an envelope opens it. It may hold a graph stream."""
    return any(known.name == purpose and known.is_own for known in PURPOSES)


def context_of(
    parts: Sequence[str], response: str | None = None, message: tuple[str, str] | None = None
) -> tuple[str, ...]:
    """Return the parts of a context: the given ones, those of a response by its target, or those of a message."""
    if response is not None:
        return "response", canonical_target(response)
    return ("message", *message) if message is not None else tuple(parts)
