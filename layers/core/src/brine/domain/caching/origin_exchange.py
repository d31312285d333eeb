"""One request to the origin with its response, and the context to judge them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from brine.domain.caching.freshness import explicit_lifetime, route_lifetime
from brine.domain.caching.stale import forbids_stale, grants_window
from brine.domain.caching.stored import StoredResponse
from brine.domain.caching.storing import may_be_caused_by_fields, storable
from brine.domain.caching.vary import VARY_STAR, vary_names
from brine.domain.http.cache_control import parse_response_directives
from brine.domain.http.canonical import NEGOTIATION
from brine.domain.http.dates import with_date
from brine.domain.purging.tags import response_tags

if TYPE_CHECKING:
    from brine.domain.caching.decision import Forward, StorageRefusal, Validate
    from brine.domain.http.cache_control import Directives
    from brine.domain.http.fields import Fields
    from brine.domain.http.messages import Request, Response
    from brine.domain.routing.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginExchange:
    """One request to the origin and its response.

    `request` is the client's request with the origin's target; `decision.fields` are the fields that were sent.
    `fields` are the response's end-to-end fields.
    `request_directives`: the directives of the request that the route obeys.
    """

    decision: Validate | Forward
    request: Request
    response: Response
    fields: Fields
    policy: Policy
    request_directives: Directives
    target: str
    route: str
    request_time: float
    response_time: float

    @property
    def stored(self) -> StoredResponse | None:
        """The stored response at the time of the request to the origin."""
        return self.decision.stored

    def candidate(self) -> StoredResponse:
        """Return the response in the form in which it might be stored."""
        fields = with_date(self.fields, self.response_time)
        return StoredResponse(
            method=self.request.method if self.request.is_safe_query else "GET",
            target=self.target,
            route=self.route,
            status=self.response.status,
            fields=fields,
            body=self.response.body,
            request_time=self.request_time,
            response_time=self.response_time,
            fetch_started=self.request_time,
            vary=self.vary(fields, self.response.status),
            dependencies=self.response.dependencies,
        )

    def tagged_candidate(self) -> StoredResponse | None:
        """Return the response as `candidate` does, with its tags; None when these are unreadable or too many."""
        candidate = self.candidate()
        tags = response_tags(candidate.fields, self._own_tags)
        return None if tags is None else replace(candidate, tags=tags)

    @property
    def _own_tags(self) -> tuple[str, ...]:
        """The tags that the response has besides the ones in its fields."""
        return *self.policy.tags, *self.response.tags

    def updated(self, stored: Fields, newer: Fields) -> Fields:
        """Return the stored fields, updated by those of this response (RFC 9111 section 3.2).

        Age and Date are always replaced, because the current age is computed from them. Vary only grows: the stored
        bytes depend on every field that Vary named before, even if a message without content names fewer.
        """
        fields = stored.without({"age"}).updated_by(newer)
        missing = {*vary_names(stored)} - {*vary_names(fields)}
        return fields.with_line("vary", ", ".join(sorted(missing))) if missing else fields

    def vary(self, fields: Fields, status: int, so_far: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Return the selecting field names: those in Vary, those of the route, and `so_far`."""
        names = vary_names(fields)
        return names if names == VARY_STAR else tuple(sorted({*names, *self._selecting_by_route(status), *so_far}))

    def _selecting_by_route(self, status: int) -> frozenset[str]:
        """Return the fields that select in addition to Vary: `key_headers`, and possibly more.

        An origin that gives no lifetime also does not say that its response is the same for all clients. Neither does
        one that gives a lifetime of 0 and no window for stale responses: only the route's grace, or a client's wish,
        would let a stale response answer another client. So, unless the origin forbids that, the fields that the route
        forwards beyond the standard ones select too. If the route makes the response fresh, the fields of content
        negotiation select as well, but a route with `key_headers` then uses only these. For an error, all of these
        fields select, whatever its lifetime, because any of them may have caused it.
        """
        policy = self.policy
        chosen = policy.key_headers or frozenset()
        if may_be_caused_by_fields(status):
            return chosen | NEGOTIATION | policy.named_headers
        directives = parse_response_directives(self.fields)
        explicit = explicit_lifetime(self.fields, directives, self.response_time)
        is_always_validated = forbids_stale(directives) and not policy.refreshes_in_grace
        if explicit or (explicit is not None and (grants_window(directives) or is_always_validated)):
            return chosen
        if explicit is not None or route_lifetime(status, policy) is None:
            return chosen | policy.named_headers
        return NEGOTIATION | policy.named_headers if policy.key_headers is None else chosen

    def storable(self, candidate: StoredResponse) -> tuple[StoredResponse | None, StorageRefusal | None]:
        """Return the candidate in its stored form, or None and the reason why it is not stored.

        The candidate is made from this response or updated by it.
        """
        if self.request.is_safe_query and self._tells_graphql_errors():
            return None, "graphql-errors"
        return storable(
            candidate,
            self.fields,
            self.request,
            self.request_directives,
            self.policy,
            tags=self._own_tags,
        )

    def _tells_graphql_errors(self) -> bool:
        """Return whether a GraphQL origin reports errors with a status of success, and gives no lifetime for them."""
        from brine.domain.queries.graphql import tells_errors  # noqa: PLC0415 - for queries by content alone

        directives = parse_response_directives(self.fields)
        lifetime = explicit_lifetime(self.fields, directives, self.response_time)
        return lifetime is None and tells_errors(self.request, self.response)
