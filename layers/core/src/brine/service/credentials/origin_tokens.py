"""Access tokens for origins: one for all processes of a function, renewed before it expires.

A process looks for a usable token in its memory, then in the table. If there is none, one process asks the token
endpoint under a lease, and the rest wait for it. When the renewal of a token is due, one process asks for the next one.
The token stays in use meanwhile, and also while the token endpoint fails.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from brine.domain.credentials.access_token import CLIENT_REFUSED, token_in, token_request
from brine.errors import BadRequest, CredentialsUnavailable, OriginError
from brine.ports.caching import Lease
from brine.service.diagnostics import Fault
from brine.service.flights.turns import Failure, Follow, GiveUp, Lead

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.credentials.access_token import AccessToken
    from brine.domain.credentials.description import OAuth2Client
    from brine.ports.deadline import Deadline
    from brine.ports.origins import Origin
    from brine.service.credentials.secret_texts import SecretTexts
    from brine.service.credentials.token_store import TokenStore
    from brine.service.single_flight import SingleFlight
    from brine.service.transaction import Trace, Transaction

FETCH_SECONDS: Final = 10.0
"""The longest time that a token may take. It is at most half of the time that is left: the origin needs some too."""
RENEWAL_SECONDS: Final = 3.0
"""The longest time that it may take while there is a usable token: the request of a client waits for it."""
RENEWAL_PAUSE: Final = 5.0
"""Seconds until a process looks for the successor of a usable token again."""
FAILURE_PAUSE: Final = 2.0
"""Seconds for which a process does not ask a token endpoint that failed, if it has no usable token."""
REPLACE_PAUSE: Final = 5.0
"""Seconds for which a new token is not replaced, although the origin refuses it: the reason is not the token."""
_ROUNDS: Final = 2  # of waiting for another process that asks


@dataclass(frozen=True, slots=True)
class _KnownToken:
    """The token that a process uses, and when it looks for the next one."""

    token: AccessToken
    renew_at: float


@dataclass(frozen=True, slots=True)
class _TokenNeed:
    """The need of a request for a token of a client. `pk`: its partition key. `refused`: a token that is no use."""

    client: OAuth2Client
    pk: str
    route: str
    deadline: Deadline
    trace: Trace
    refused: AccessToken | None = None

    @property
    def seconds(self) -> float:
        """The seconds that the token may take."""
        return min(FETCH_SECONDS, self.deadline.remaining() / 2)

    def is_met_by(self, token: AccessToken, now: float) -> bool:
        """Return whether the origin will probably accept this token."""
        return token.is_usable(now) and (self.refused is None or token.text != self.refused.text)


class OriginTokens:
    """The tokens of the routes with OAuth 2.0. Threads may share it.

    endpoints: makes the requests to token endpoints. clock: seconds since 1970. drawn: numbers of [0, 1).
    """

    def __init__(
        self,
        store: TokenStore,
        single_flight: SingleFlight,
        secrets: SecretTexts,
        *,
        endpoints: Origin,
        clock: Callable[[], float],
        drawn: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._single_flight = single_flight
        self._secrets = secrets
        self._endpoints = endpoints
        self._clock = clock
        self._drawn = drawn
        self._known: dict[str, _KnownToken] = {}
        self._failed: dict[str, tuple[float, CredentialsUnavailable]] = {}

    def token(self, client: OAuth2Client, transaction: Transaction, deadline: Deadline, trace: Trace) -> AccessToken:
        """Return a usable token. No call while the process has one that is not due. Raises CredentialsUnavailable."""
        need = _need(client, transaction, deadline, trace)
        known, now = self._known.get(need.pk), self._clock()
        if known is None or not known.token.is_usable(now):
            return self._first(need)
        return known.token if now < known.renew_at else self._renewed(known.token, need)

    def replaced(
        self, client: OAuth2Client, refused: AccessToken, transaction: Transaction, deadline: Deadline, trace: Trace
    ) -> AccessToken | None:
        """Return another token in place of one that the origin refused; None if there is no use in a new one.

        Raises CredentialsUnavailable.
        """
        need = replace(_need(client, transaction, deadline, trace), refused=refused)
        known, now = self._known.get(need.pk), self._clock()
        if known is not None and need.is_met_by(known.token, now):
            return known.token
        stored, _ = self._store.read(need.pk, trace, consistent=True)
        if stored is not None and need.is_met_by(stored, now):
            return self._adopted(need.pk, stored)
        if 0 <= now - (stored or refused).issued_at < REPLACE_PAUSE:
            return None
        token = self._first(need)
        return None if token.text == refused.text else token

    def _first(self, need: _TokenNeed) -> AccessToken:
        """Return a token of the table, or a new one; wait while another thread or process asks for it."""
        consistent = need.refused is not None
        for _ in range(_ROUNDS):
            found, generation = self._look_up(need, consistent=consistent)
            if found is not None:
                return found
            with self._single_flight.turn(
                need.pk,
                lease_seconds=lambda: need.seconds,
                wait_seconds=need.seconds,
                has_stale=False,
                may_store=lambda: True,
                trace=need.trace,
            ) as turn:
                if isinstance(turn, Follow):
                    consistent = True
                    continue
                if isinstance(turn, GiveUp):
                    raise _given_up(turn)
                lead = turn if isinstance(turn, Lead) else Lead(None)
                if lead.must_look_up(generation):
                    found, _ = self._look_up(need, consistent=True)
                    if found is not None:
                        self._single_flight.give_back(lead, need.trace, "settled")
                        return found
                return self._fetched(need, lead)
        raise _given_up(GiveUp())

    def _look_up(self, need: _TokenNeed, *, consistent: bool) -> tuple[AccessToken | None, int]:
        """Return a usable token of this process or of the table, and the generation in the table."""
        now = self._clock()
        known = self._known.get(need.pk)
        if known is not None and need.is_met_by(known.token, now):
            return known.token, 0
        stored, generation = self._store.read(need.pk, need.trace, consistent=consistent)
        if stored is None or not need.is_met_by(stored, now):
            return None, generation
        return self._adopted(need.pk, stored), generation

    def _renewed(self, token: AccessToken, need: _TokenNeed) -> AccessToken:
        """Return the successor of a usable token if it is to be had, else the token."""
        stored, generation = self._store.read(need.pk, need.trace)
        if stored is not None and stored.issued_at > token.issued_at:
            return self._adopted(need.pk, stored)
        self._known[need.pk] = _KnownToken(token, self._clock() + RENEWAL_PAUSE * (0.5 + self._drawn()))
        need = replace(need, deadline=need.deadline.within(2 * RENEWAL_SECONDS))  # half of it is for the token
        lease = self._single_flight.acquire(need.pk, need.trace)
        if not isinstance(lease, Lease):
            return token
        lead = Lead(lease)
        with self._single_flight.held(lead, need.seconds, need.trace):
            if lease.committed > generation:
                stored, _ = self._store.read(need.pk, need.trace, consistent=True)
                if stored is not None and stored.issued_at > token.issued_at:
                    return self._adopted(need.pk, stored)
            try:
                return self._fetched(need, lead)
            except CredentialsUnavailable as error:
                need.trace.faults.add(Fault("credentials", "unavailable", error.cause))
                return token

    def _fetched(self, need: _TokenNeed, lead: Lead) -> AccessToken:
        """Ask the token endpoint, unless it failed a moment ago, and store its token if the caller may."""
        now = self._clock()
        failed_at, failure = self._failed.get(need.pk, (0.0, None))
        if failure is not None and 0 <= now - failed_at < FAILURE_PAUSE:
            raise CredentialsUnavailable(str(failure), failure.cause)
        try:
            token = self._asked(need.client, need.deadline.within(need.seconds), need.trace)
        except CredentialsUnavailable as error:
            self._failed[need.pk] = self._clock(), error.with_traceback(None)
            self._single_flight.give_back(lead, need.trace, "failed", Failure(error.cause, error))
            raise
        self._failed.pop(need.pk, None)
        self._store.keep(need.pk, need.route, lead, token, need.trace)
        return self._adopted(need.pk, token)

    def _asked(self, client: OAuth2Client, deadline: Deadline, trace: Trace) -> AccessToken:
        """Return a new token. If the endpoint refuses the client's secret, and that was rotated, ask once more."""
        try:
            return self._asked_once(client, deadline, trace)
        except CredentialsUnavailable as error:
            secrets = (client.client_secret, client.client_id)
            if error.cause not in CLIENT_REFUSED or not self._secrets.reread(secrets, deadline, trace):
                raise
        return self._asked_once(client, deadline, trace)

    def _asked_once(self, client: OAuth2Client, deadline: Deadline, trace: Trace) -> AccessToken:
        client_id = self._secrets.text(client.client_id, deadline, trace)
        client_secret = self._secrets.text(client.client_secret, deadline, trace)
        asked_at = self._clock()
        try:
            response = self._endpoints.fetch(
                client.token_url, token_request(client, client_id, client_secret), deadline
            )
        except (OriginError, BadRequest) as error:
            raise CredentialsUnavailable("the token endpoint gave no response", type(error).__name__) from None
        return token_in(response, asked_at)

    def _adopted(self, pk: str, token: AccessToken) -> AccessToken:
        self._known[pk] = _KnownToken(token, token.renew_at(self._drawn()))
        return token


def _given_up(turn: GiveUp) -> CredentialsUnavailable:
    """Return the error of a caller that waited in vain: the last one of another caller in this process."""
    failure = turn.failure
    if failure is None:
        return CredentialsUnavailable("another process did not get a token in time", "no-token-in-time")
    return CredentialsUnavailable(str(failure.error or "another process got no token"), failure.kind)


def _need(client: OAuth2Client, transaction: Transaction, deadline: Deadline, trace: Trace) -> _TokenNeed:
    route = transaction.route
    return _TokenNeed(client, _partition(client, route.namespace), route.name, deadline, trace)


def _partition(client: OAuth2Client, namespace: str) -> str:
    """Return the partition key of a client's token. Routes with the same client share it. It has no secret.

    It begins like the keys of responses, because the role of a function confines these to its namespace.
    """
    digest = sha256(b"brine token 1")
    described = (
        f"{client.token_url}{client.token_target}",
        repr(client.client_id) if isinstance(client.client_id, str) else str(client.client_id),
        str(client.client_secret),
        client.client_auth,
        repr(client.scope),
        repr(client.audience),
    )
    for part in described:
        data = part.encode()
        digest.update(len(data).to_bytes(4))
        digest.update(data)
    return f"r#{namespace}#{digest.hexdigest()}" if namespace else f"r#{digest.hexdigest()}"
