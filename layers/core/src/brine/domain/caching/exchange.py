"""One request to the origin and the response to it, with all that judging them takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from brine.domain.caching.freshness import explicit_lifetime, route_lifetime
from brine.domain.caching.stored import StoredResponse
from brine.domain.caching.storing import admit, is_provocable
from brine.domain.caching.vary import ANYTHING, vary_names
from brine.domain.http.cache_control import response_directives
from brine.domain.http.canonical import NEGOTIATION
from brine.domain.http.dates import dated
from brine.domain.http.hop_by_hop import end_to_end

if TYPE_CHECKING:
    from brine.domain.caching.decision import Forward, Validate
    from brine.domain.http.cache_control import Directives
    from brine.domain.http.fields import Fields
    from brine.domain.http.messages import Request, Response
    from brine.domain.routing.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """`request` is the client's, its target the origin's; what was sent is the decision's. `wishes`: its directives."""

    decision: Validate | Forward
    request: Request
    response: Response
    policy: Policy
    wishes: Directives
    target: str
    route: str
    request_time: float
    response_time: float

    @property
    def stored(self) -> StoredResponse | None:
        """What was at hand when the origin was asked."""
        return self.decision.stored

    @property
    def fields(self) -> Fields:
        """The response's fields, less those of the connection."""
        return end_to_end(self.response.fields)

    def candidate(self) -> StoredResponse:
        """The response as it might be stored."""
        fields = dated(self.fields, self.response_time)
        return StoredResponse(
            method="GET",
            target=self.target,
            route=self.route,
            status=self.response.status,
            fields=fields,
            body=self.response.body,
            request_time=self.request_time,
            response_time=self.response_time,
            fetch_started=self.request_time,
            vary=self.vary(fields, self.response.status),
        )

    def updated(self, stored: Fields, newer: Fields) -> Fields:
        """The stored fields, brought up to date by those of this response (RFC 9111 section 3.2).

        Age and Date are always the newer ones: a current age is counted from them. Vary only grows: the stored bytes
        were selected by all that they were selected by, whatever a message without content names.
        """
        fields = stored.without({"age"}).updated_by(newer)
        missing = {*vary_names(stored)} - {*vary_names(fields)}
        return fields.with_line("vary", ", ".join(sorted(missing))) if missing else fields

    def vary(self, fields: Fields, status: int, so_far: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The names of what selects a response with these fields: those in Vary, those of the route, and `so_far`."""
        names = vary_names(fields)
        return names if names == ANYTHING else tuple(sorted({*names, *self._selecting_by_route(status), *so_far}))

    def _selecting_by_route(self, status: int) -> frozenset[str]:
        """What selects beside the fields in Vary.

        An origin that gives no lifetime has not said either that its response is for everybody. So what the route
        forwards beyond the standard fields selects, and where the route makes the response fresh, what the origin may
        have negotiated about selects too. There the route may say what does. By an error, any of these fields may have
        been refused, whatever lifetime it has.
        """
        policy = self.policy
        chosen = policy.key_headers or frozenset()
        if is_provocable(status):
            return chosen | NEGOTIATION | policy.named_headers
        if explicit_lifetime(self.fields, response_directives(self.fields), self.response_time) is not None:
            return chosen
        if route_lifetime(status, policy) is None:
            return chosen | policy.named_headers
        return NEGOTIATION | policy.named_headers if policy.key_headers is None else chosen

    def admit(self, candidate: StoredResponse) -> tuple[StoredResponse | None, str | None]:
        """The candidate, made of this response or updated by it, as it is stored; or None and why not."""
        return admit(candidate, self.fields, self.request, self.wishes, self.policy)
