"""The marker of a key whose responses are not worth waiting for, since none may have another's (Varnish's name)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from brine.domain.caching.storing import OF_THE_REQUEST

if TYPE_CHECKING:
    from brine.domain.caching.decision import Reception
    from brine.domain.http.messages import Request, Response

HIT_FOR_MISS_SECONDS = 120


@dataclass(frozen=True, slots=True)
class HitForMiss:
    """Until then (seconds since 1970), requests for the key do not wait for each other.

    What may be kept replaces it. `generation` is the fencing token of the fetch that found this out.
    """

    until: float
    generation: int = 0


def marker(request: Request, response: Response, reception: Reception, now: float) -> HitForMiss | None:
    """The marker that an origin's response calls for: it may not be kept, and the next one most likely neither.

    An error says nothing about the next response, nor does what the request alone forbade.
    """
    if request.method != "GET" or reception.keep is not None or reception.reuse is not None:
        return None
    if response.status >= 400 or reception.refusal is None or reception.refusal in OF_THE_REQUEST:
        return None
    return HitForMiss(now + HIT_FOR_MISS_SECONDS)
