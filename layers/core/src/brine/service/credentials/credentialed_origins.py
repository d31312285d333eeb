"""Adds the credentials of a route to its requests, on the last step before they go to the origin.

Cache keys, hooks, refresh requests and logs are made before, so none of them has a credential. An origin that refuses
a credential makes the gateway look for a newer one, and ask once more with it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from brine.errors import BadRequest, CredentialsUnavailable
from brine.service.diagnostics import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.credentials.access_token import AccessToken
    from brine.domain.http.messages import Request, Response
    from brine.ports.deadline import Deadline
    from brine.service.origins.origin_state import OriginState
    from brine.service.origins.routed import Upstreams
    from brine.service.transaction import Trace, Transaction


@dataclass(frozen=True, slots=True)
class CredentialedRequest:
    """A request with the credentials of its route, and the token among them."""

    request: Request
    token: AccessToken | None = None


class CredentialSource(Protocol):
    """Has the credentials of all routes."""

    def added(
        self, transaction: Transaction, request: Request, deadline: Deadline, trace: Trace
    ) -> CredentialedRequest:
        """Return the request with the credentials of its route. Raises CredentialsUnavailable."""

    def renewed(
        self, sent: CredentialedRequest, status: int, transaction: Transaction, deadline: Deadline, trace: Trace
    ) -> bool:
        """Return whether there are newer credentials than those that the origin answered with this status.

        Raises CredentialsUnavailable.
        """


class CredentialedOrigins:
    """Sends requests to servers, with the credentials of their routes.

    source: makes the source of the credentials, at the first request that needs it.
    """

    def __init__(self, servers: Upstreams, source: Callable[[], CredentialSource]) -> None:
        self._servers = servers
        self._make_source = source
        self._source: CredentialSource | None = None

    def fetch(self, transaction: Transaction, request: Request, deadline: Deadline, trace: Trace) -> Response:
        """Return the origin's response. Raises BadRequest and OriginError; CredentialsUnavailable without credentials.

        A 401 to the gateway's own Authorization is such an error too: no client could do better.
        """
        credentials = transaction.route.credentials
        if credentials is None:
            return self._servers.fetch(transaction, request, deadline, trace)
        if request.method == "TRACE":  # its response repeats the request (RFC 9110 section 9.3.8)
            raise BadRequest("a TRACE request would show the credentials of the gateway")
        if self._source is None:
            self._source = self._make_source()
        source = self._source
        request = replace(request, fields=credentials.without_own(request.fields))  # a hook may have added them
        try:
            sent = source.added(transaction, request, deadline, trace)
            response = self._servers.fetch(transaction, sent.request, deadline, trace)
            if response.status in {401, 403} and source.renewed(sent, response.status, transaction, deadline, trace):
                again = source.added(transaction, request, deadline, trace)
                response = self._servers.fetch(transaction, again.request, deadline, trace)
        except CredentialsUnavailable as error:
            trace.faults.add(Fault("credentials", "unavailable", error.cause))
            raise
        if response.status == 401 and "authorization" in credentials.names:
            trace.faults.add(Fault("credentials", "refused", "status-401"))
            raise CredentialsUnavailable("the origin refused the credentials of the gateway", "status-401")
        return response

    def state(self, transaction: Transaction, trace: Trace, now: float, *, by_store: bool) -> OriginState:
        """Return the state of the origin. It needs no credentials. Arguments as in Upstreams."""
        return self._servers.state(transaction, trace, now, by_store=by_store)
