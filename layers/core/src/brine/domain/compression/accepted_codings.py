"""The content codings that a client accepts (RFC 9110 sections 8.4.1 and 12.5.3)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from brine.domain.http.canonical import parse_preferences

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

CODINGS: Final = ("zstd", "br", "gzip")
"""The codings that the gateway knows. The first one is preferred among those that a client wants equally."""

_ANY_CODING: Final = "gzip"  # what the gateway sends for "*": every client that knows a coding knows this one
_ALIASES: Final = {"x-gzip": "gzip"}  # RFC 9110 section 8.4.1.3


@dataclass(frozen=True, slots=True)
class AcceptedCodings:
    """The weight of each coding that a client names, in lower case; "*" and "identity" are among the names."""

    weights: Mapping[str, float]

    def weight(self, coding: str) -> float:
        """Return how much the client wants a coding, from 0 to 1. 0: it does not accept this coding."""
        star = self.weights.get("*", 0.0) if coding == _ANY_CODING else 0.0
        return self.weights.get(coding, star)

    @property
    def refuses_identity(self) -> bool:
        """Whether the client does not accept content without a coding."""
        return self.weights.get("identity", self.weights.get("*")) == 0

    def best(self, offered: Collection[str], *, identity_fits: bool = True) -> str | None:
        """Return the offered coding that the client prefers; None for content without a coding.

        Without a coding is best only if the client wants that more than each coding, or accepts none. A client that
        does not name identity accepts it, but prefers each coding that it names. identity_fits: whether an answer can
        carry the content without a coding. If not, any accepted coding is better.
        """
        identity = self.weights.get("identity", self.weights.get("*", 0.0)) if identity_fits else 0.0
        best, greatest = None, 0.0
        for coding in CODINGS:
            weight = self.weight(coding)
            if coding in offered and weight > greatest:
                best, greatest = coding, weight
        return best if greatest >= identity else None


def accepted_codings(lines: Iterable[str]) -> AcceptedCodings:
    """Return the codings in the lines of Accept-Encoding. Without a line, the client gets no coding."""
    return _parsed(", ".join(lines))


@lru_cache(maxsize=128)  # many clients send the same value
def _parsed(text: str) -> AcceptedCodings:
    """Return the weights. If a value names a coding twice, the smaller weight counts."""
    weights: dict[str, float] = {}
    for name, weight in parse_preferences(text):
        coding = _ALIASES.get(name, name)
        weights[coding] = min(weight, weights.get(coding, 1.0))
    return AcceptedCodings(weights)
