"""Origins in this process, for tests."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from brine.domain.http.messages import Response
from brine.errors import OriginTimeout

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine.domain.http.messages import Request
    from brine.domain.routing.origin import OriginAddress
    from brine.errors import BadRequest, OriginError
    from brine.ports.deadline import Deadline

type Outcome = Response | OriginError | BadRequest


class MemoryOrigin:
    """The Origin port on a mapping from request target to outcome, or on a function of the request.

    An outcome that is an error is raised. A target that the mapping lacks gets a 404. `requests` has all requests in
    order.
    """

    def __init__(self, outcomes: Mapping[str, Outcome] | Callable[[OriginAddress, Request], Outcome]) -> None:
        self._outcomes = outcomes
        self.requests: list[tuple[OriginAddress, Request]] = []

    def fetch(self, origin: OriginAddress, request: Request, deadline: Deadline) -> Response:
        """Return the outcome for this request. Raises OriginError; OriginTimeout if the deadline has passed."""
        if deadline.remaining() <= 0:
            raise OriginTimeout("the deadline has passed")
        self.requests.append((origin, request))
        if callable(self._outcomes):
            outcome = self._outcomes(origin, request)
        else:
            outcome = self._outcomes.get(request.target, Response(status=404))
        if not isinstance(outcome, Response):
            raise outcome
        bodiless = request.method == "HEAD" or outcome.status in (204, 304)
        return replace(outcome, body=b"") if bodiless and outcome.body else outcome
