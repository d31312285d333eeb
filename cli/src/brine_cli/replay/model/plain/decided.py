"""A decision about an exchange, to copy for others."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brine.domain.caching.decision import ResponseDecision
    from brine_cli.replay.model.plain.life import PlainLife


@dataclass(frozen=True, slots=True)
class DecidedExchange:
    """A decision to copy. `shorter_than`: for exchanges of fewer seconds. `life`: of the response that it stores.

    `stored_within`: seconds of an exchange whose response is stored with that life. `refused_within`: of one that
    changes nothing stored. Both are minus infinity for other exchanges.
    """

    decision: ResponseDecision
    shorter_than: float
    life: PlainLife | None = None
    stored_within: float = -inf
    refused_within: float = -inf

    @classmethod
    def of(cls, decision: ResponseDecision, shorter_than: float, life: PlainLife | None) -> DecidedExchange:
        """Return the decision for exchanges of fewer seconds."""
        stored = -inf if life is None or decision.drop else min(shorter_than, life.arrives_until)
        is_refused = decision.keep is None and decision.reuse is None and not decision.drop
        return cls(decision, shorter_than, life, stored, shorter_than if is_refused else -inf)
