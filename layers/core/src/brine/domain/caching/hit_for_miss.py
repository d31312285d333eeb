"""The hit-for-miss marker of a key with uncacheable responses, as in Varnish: requests do not wait for each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from brine.domain.caching.storing import REFUSALS_BY_REQUEST

if TYPE_CHECKING:
    from brine.domain.caching.decision import ResponseDecision
    from brine.domain.http.messages import Request, Response

HIT_FOR_MISS_SECONDS = 120


@dataclass(frozen=True, slots=True)
class HitForMiss:
    """Until then (seconds since 1970), requests for the key do not wait for each other.

    A response that may be stored replaces the marker. `generation` is the fencing token of the fetch that set it.
    """

    until: float
    generation: int = 0


def hit_for_miss_marker(
    request: Request, response: Response, reception: ResponseDecision, now: float
) -> HitForMiss | None:
    """Return the marker to set after an origin's response that may not be stored, or None.

    The next response most likely may not be stored either. An error does not predict that, nor does a refusal that the
    request alone caused.
    """
    if not request.is_get or reception.keep is not None or reception.reuse is not None:
        return None
    if response.status >= 400 or reception.refusal is None or reception.refusal in REFUSALS_BY_REQUEST:
        return None
    return HitForMiss(now + HIT_FOR_MISS_SECONDS)
