"""A cache in miniature for the tests: it applies the domain's decisions as the service does, over a dictionary.

An origin is a list of responses, given out in order; None stands for one that cannot be reached. Time is a number
that the test moves.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from brine.domain.caching.decide import decide
from brine.domain.caching.decision import Forward, Refuse, Serve, ServeStale, Validate
from brine.domain.caching.freshness import remaining_freshness
from brine.domain.caching.partial import PARTIAL, in_parts
from brine.domain.caching.receive import receive, receive_error
from brine.domain.caching.respond import relay, respond
from brine.domain.caching.stored import Selection, StoredResponse
from brine.domain.caching.storing import evict_at
from brine.domain.caching.vary import selecting_digests, selects
from brine.domain.http.cache_status import CacheStatus
from brine.domain.http.dates import format_http_date
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request, Response
from brine.domain.routing.origin import OriginAddress
from brine.domain.routing.policy import Policy
from brine.domain.routing.route import Route
from brine.domain.routing.upstream import forwarded_request, upstream_request

if TYPE_CHECKING:
    from brine.domain.caching.decision import Decision, ResponseDecision

START = 1_700_000_000.0
ORIGIN = OriginAddress(scheme="http", host="origin.test", port=80)

OPEN = Route(name="r", prefix="/", origin=ORIGIN, policy=Policy(forward_headers="all"))

type Header = tuple[str, str]


def digest(name: str, value: str) -> bytes:
    """A digest in place of a keyed hash."""
    return f"{name}: {value}".encode()


def date(offset: float = 0) -> str:
    """An HTTP date so many seconds from the start of the test."""
    return format_http_date(START + offset)


def request(*headers: Header, method: str = "GET", target: str = "/a") -> Request:
    path, _, query = target.partition("?")
    return Request(method=method, path=path, query=query or None, fields=Fields(headers))


def response(*headers: Header, status: int = 200, body: bytes = b"body") -> Response:
    return Response(status=status, fields=Fields(headers), body=body)


def stored_response(
    *headers: Header,
    status: int = 200,
    body: bytes = b"body",
    at: float = START,
    delay: float = 0.0,
    vary: tuple[str, ...] = (),
    made_for: Request | None = None,
) -> StoredResponse:
    """A stored response; a 206 is in parts, if it can be."""
    stored = StoredResponse(
        method="GET",
        target="/a",
        route="r",
        status=status,
        fields=Fields(headers),
        body=body,
        request_time=at - delay,
        response_time=at,
        fetch_started=at - delay,
        vary=vary,
        selection=Selection(1, selecting_digests(vary, made_for or request(), digest)),
    )
    return (in_parts(stored) or stored) if status == PARTIAL else stored


def ask(
    stored: StoredResponse | None, asked: Request, answer: Response, policy: Policy | None = None, at: float = START
) -> ResponseDecision:
    """Return the decision about the origin's answer to a request that the stored response could not settle."""
    policy = policy or Policy()
    decision = decide(stored, asked, policy, at)
    assert isinstance(decision, Validate | Forward)
    return receive(
        decision,
        asked,
        answer,
        policy,
        target=asked.target,
        route="r",
        request_time=at,
        response_time=at,
        origin=ORIGIN,
    )


def decided(
    stored: StoredResponse | None,
    asked: Request,
    policy: Policy | None = None,
    at: float = START,
    *,
    background_refresh: bool = False,
) -> Decision:
    """Return the decision about a request, given its stored response."""
    return decide(stored, asked, policy or Policy(), at, background_refresh=background_refresh)


@dataclass(frozen=True)
class Told:
    """The client's answer, and the request that the origin got meanwhile, if any."""

    response: Response
    cache_status: str
    sent: tuple[Request, ...] = ()

    @property
    def status(self) -> int:
        return self.response.status

    @property
    def body(self) -> bytes:
        return self.response.body

    @property
    def is_hit(self) -> bool:
        return not self.sent

    def header(self, name: str) -> str | None:
        return self.response.fields.get(name)


@dataclass
class Story:
    """A cache, its origin, and a clock."""

    policy: Policy = field(default_factory=Policy)
    now: float = START
    answers: list[Response | None] = field(default_factory=list)
    store: dict[tuple[str, tuple[bytes | None, ...]], StoredResponse] = field(default_factory=dict)
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    background_refresh: bool = False

    def origin(self, *headers: Header, status: int = 200, body: bytes = b"body") -> None:
        """The origin's next answer; with a Date, unless the headers have one."""
        if not any(name.lower() == "date" for name, _ in headers):
            headers = (("Date", format_http_date(self.now)), *headers)
        self.answers.append(response(*headers, status=status, body=body))

    def origin_is_down(self) -> None:
        self.answers.append(None)

    def get(self, *headers: Header, target: str = "/a", method: str = "GET") -> Told:
        asked = upstream_request(
            request(*headers, method=method, target=target),
            replace(OPEN, policy=replace(self.policy, forward_headers="all")),
        )
        stored, mismatch = self._find(asked) if method in {"GET", "HEAD"} else (None, False)
        decision = decide(
            stored,
            asked,
            self.policy,
            self.now,
            vary_mismatch=mismatch,
            background_refresh=self.background_refresh,
        )
        match decision:
            case Serve() | ServeStale():
                status = CacheStatus(hit=True, ttl=decision.remaining_freshness)
                return Told(respond(decision.stored, asked, self.now), str(status))
            case Refuse():
                return Told(Response(status=decision.status), str(CacheStatus(detail="only-if-cached")))
            case Validate() | Forward():
                return self._fetch(asked, decision, ())

    def _find(self, asked: Request) -> tuple[StoredResponse | None, bool]:
        names = self.names.get(asked.target)
        if names is None:
            return None, False
        stored = self.store.get((asked.target, selecting_digests(names, asked, digest)))
        if stored is None:  # one that fits all the same, as the main slot may
            stored = next((one for one in self._all(asked.target) if selects(one, asked, digest)), None)
        return stored, stored is None

    def _all(self, target: str) -> list[StoredResponse]:
        return [stored for (of, _), stored in self.store.items() if of == target]

    def _fetch(self, asked: Request, decision: Validate | Forward, sent: tuple[Request, ...]) -> Told:
        sent = (*sent, forwarded_request(replace(asked, fields=decision.fields), OPEN, "brine"))
        answer = self.answers.pop(0)
        if answer is None:
            stale = receive_error(decision, asked, self.policy, self.now)
            if stale is None:
                return Told(Response(status=502), str(CacheStatus(fwd=decision.reason)), sent)
            ttl = remaining_freshness(stale, self.policy, self.now, asked)
            return Told(respond(stale, asked, self.now), str(CacheStatus(fwd=decision.reason, ttl=ttl)), sent)
        reception = receive(
            decision,
            asked,
            answer,
            self.policy,
            target=asked.target,
            route="r",
            request_time=self.now,
            response_time=self.now,
            origin=ORIGIN,
        )
        if reception.retry is not None:
            return self._fetch(asked, reception.retry, sent)
        for target in (*reception.invalidate, *((asked.target,) if reception.drop else ())):
            self._drop(target)
        if reception.keep is not None:
            self._keep(asked, reception.keep)
        shown = reception.keep or reception.reuse
        status = CacheStatus(
            fwd=decision.reason,
            fwd_status=answer.status,
            stored=reception.keep is not None,
            ttl=None if shown is None else remaining_freshness(shown, self.policy, self.now, asked),
            detail=reception.refusal,
        )
        if reception.reuse is not None:
            return Told(respond(reception.reuse, asked, self.now), str(status), sent)
        return Told(relay(answer, asked, self.now), str(status), sent)

    def _keep(self, asked: Request, stored: StoredResponse) -> None:
        assert evict_at(stored, self.policy) >= stored.response_time
        if self.names.get(asked.target) != stored.vary:
            self._drop(asked.target)
        self.names[asked.target] = stored.vary
        digests = selecting_digests(stored.vary, asked, digest)
        self.store[asked.target, digests] = replace(stored, selection=Selection(1, digests))

    def _drop(self, target: str) -> None:
        self.names.pop(target, None)
        for key in [key for key in self.store if key[0] == target]:
            del self.store[key]
