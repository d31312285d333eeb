"""The state of an origin's circuit and budget for a request. To find it out takes no probe and no unit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from brine.errors import OriginPaused

type CircuitPhase = Literal["none", "closed", "open", "half-open"]
"""none: the route has no circuit breaker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginState:
    """The state of an origin for one transaction. Times are in seconds since 1970.

    circuit: its phase, and `open_until`: until when it is or was open (0: closed).
    has_budget: whether the route has an `origin_budget`.
    hooks: the names of the before_fetch hooks, which may change the request before it is sent.
    refusal: the error that ends the request before it is sent; None if it is sent.
    """

    circuit: CircuitPhase = "none"
    open_until: float = 0.0
    has_budget: bool = False
    hooks: tuple[str, ...] = ()
    refusal: OriginPaused | None = field(default=None, compare=False)
