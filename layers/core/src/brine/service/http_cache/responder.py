"""Responses to clients from stored responses. A body in the body store is loaded first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from brine.domain.caching.redirect import LINK_LIFETIME, body_reference, download_fields, is_redirected, redirection
from brine.domain.caching.respond import needs_body, respond
from brine.service.http_cache.public_answer import ADDRESS_FIELDS, with_public_addresses

if TYPE_CHECKING:
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.http.messages import Response
    from brine.service.http_cache.lookup import Lookup
    from brine.service.http_cache.response_store import ResponseStore
    from brine.service.transaction import Trace, Transaction


@dataclass(frozen=True, slots=True)
class Responder:
    """Makes the response to a request from a stored one. None means that the stored body is lost."""

    responses: ResponseStore

    def respond(
        self,
        stored: StoredResponse,
        lookup: Lookup,
        transaction: Transaction,
        trace: Trace,
        age: int | None = None,
    ) -> Response | None:
        """Return the response, or a redirect to its body. One call for a body or part in the body store, else none.

        age: the age of the stored response in whole seconds, if it is known.
        """
        if self.is_redirected(stored, transaction):
            return self.redirect(stored, trace)
        if not isinstance(stored.body, bytes) and needs_body(stored, transaction.request):
            whole = self.responses.load(lookup, stored, transaction, trace)
            if whole is None:
                return None
            stored = whole
        response = respond(stored, transaction.request, trace.now, age)
        # Not a call: few responses have addresses, and each hit comes by here
        has_addresses = ADDRESS_FIELDS & {name for name, _ in response.fields.lines}
        return with_public_addresses(response, transaction) if has_addresses else response

    def is_redirected(self, stored: StoredResponse, transaction: Transaction) -> bool:
        """Return whether the client gets the body by a link to the body store."""
        return transaction.route.large_bodies == "redirect" and is_redirected(
            stored, transaction.request, transaction.room
        )

    def redirect(self, stored: StoredResponse, trace: Trace) -> Response | None:
        """Return the redirect to the stored body. One call."""
        url = self.responses.store.bodies.link(
            body_reference(stored),
            seconds=LINK_LIFETIME,
            fields=download_fields(stored),
            trace=trace,
        )
        return None if url is None else redirection(url, stored)
