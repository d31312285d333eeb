"""Stories of requests and origin answers: the real gateway and the model of `brine replay` both live through them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from brine.adapters.config.routes import parse_routes
from brine.adapters.memory.origin import MemoryOrigin
from brine.adapters.memory.refresh_queue import MemoryRefreshQueue
from brine.domain.http.conditions import is_not_modified
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request, Response
from brine.domain.http.ranges import pieces_of_complete
from brine.errors import OriginTimeout
from brine.ports.deadline import Deadline
from brine.service.http_cache.refresh_requests import RefreshRequests
from brine.service.http_cache.refresher import Refresher
from brine_cli.replay.rows import Row
from tests.support.gateway.world import World, with_origin

if TYPE_CHECKING:
    from brine.domain.routing.origin import OriginAddress
    from brine.service.http_cache.answer import Answer
    from brine_cli.replay.model.asked import AskedRequest

COMMON = 'origin = "http://origin.test/base"\nretries = 0\ncircuit_breaker = false\nnew_keys_per_minute = false\n'
KEYS = (
    "",
    'freshness_lifetime = "60s"',
    'freshness_lifetime = "60s"\ngrace = "1m"\nforward_headers = "all"',
    'freshness_lifetime = "30s"\nnegative_lifetimes = { 404 = "20s", 503 = "10s" }\nkey_headers = ["X-Region"]',
    'freshness_lifetime = "30s"\njitter = 0.3\nearly_refresh = 1\nrequest_directives = false',
    'grace = "5m"\nkeep = "10s"\nforward_headers = ["cookie"]\nset_cookie = "strip"\nstore_post = true',
    'query = { drop = ["utm_*"], sort = true }\nset_cookie = "keep"\nfreshness_lifetime = "45s"\nkey_headers = []',
    'query_methods = ["POST"]\nfreshness_lifetime = "60s"\ntimeout = "2s"\ngrace = "1m"',
)
ROUTES = parse_routes(
    "".join(f'[[route]]\nname = "r{n}"\nprefix = "/r{n}"\n{COMMON}{keys}\n' for n, keys in enumerate(KEYS)), {}
)
REFRESH_DELAY = 0.25


@dataclass(frozen=True)
class Behaviour:
    """How the origin answers during one step: its current representation, and how long it takes."""

    status: int
    fields: tuple[tuple[str, str], ...]
    size: int
    seconds: float
    ranges: bool = True

    def response(self, method: str, sent: Fields, now: float) -> Response:
        """Return the response to a request with these fields."""
        fields = Fields(self.fields)
        if self.status == 200 and method in {"GET", "HEAD", "POST"}:
            if is_not_modified(sent, fields, now):
                return Response(status=304, fields=fields)
            pieces = pieces_of_complete(sent.get("range", ""), self.size) if self.ranges and "range" in sent else None
            if method == "GET" and pieces and len(pieces) == 1:
                piece = pieces[0]
                return Response(
                    status=206,
                    fields=fields.with_line("content-range", piece.content_range),
                    body=bytes(piece.stop - piece.start),
                )
        is_bodiless = method == "HEAD" or self.status in {204, 304}
        return Response(status=self.status, fields=fields, body=b"" if is_bodiless else bytes(self.size))


@dataclass(frozen=True)
class Step:
    """A request, `gap` seconds after the end of the one before it."""

    gap: float
    method: str
    target: str
    fields: tuple[tuple[str, str], ...]
    behaviour: Behaviour
    body: bytes = b""


@dataclass(frozen=True)
class Seen:
    """What a client and Cache-Status say about one answer. Problems have a body of their own, which is not compared."""

    result: str
    status: int
    size: int
    reason: str | None
    stored: bool


class RealGateway:
    """The gateway of the product in memory, with a refresher that works between the requests."""

    def __init__(self, *, l1_bytes: int = 0) -> None:
        self.world = World(delta=1e12, l1_bytes=l1_bytes)
        self.queue = MemoryRefreshQueue()
        self.behaviour: Behaviour | None = None
        self.timeout = 20.0
        self.gateway = with_origin(
            replace(
                self.world.gateway,
                routes=ROUTES,
                coder=None,
                refreshes=RefreshRequests(self.queue, draw=lambda: 0.5),
            ),
            MemoryOrigin(self._converse),
        )

    def live(self, step: Step) -> tuple[Row, Seen]:
        """Send the request of a step. Returns it as a row of a log, and what came back."""
        world = self.world
        world.now += step.gap
        at, self.behaviour = world.now, step.behaviour
        path, mark, query = step.target.partition("?")
        route = ROUTES.match(path)
        self.timeout = 20.0 if route is None else route.timeout
        request = Request(
            method=step.method, path=path, query=query if mark else None, fields=Fields(step.fields), body=step.body
        )
        answer = self.gateway.serve(request, self._deadline())
        self._refresh()
        extra = None, step.fields, None, step.body
        return Row(at, step.method, step.target, 200, -1, -1, extra if step.fields or step.body else None), seen(answer)

    def _refresh(self) -> None:
        requests, self.queue.requests = self.queue.requests, []
        refresher = Refresher(ROUTES, self.gateway.fetcher, self.world.time)
        for request in requests:
            self.world.now += REFRESH_DELAY
            refresher.refresh(request, self._deadline())

    def _converse(self, origin: OriginAddress, request: Request) -> Response:
        assert self.behaviour is not None
        limit = self.timeout
        if self.behaviour.seconds > limit:
            self.world.now += limit
            raise OriginTimeout("too slow")
        at = self.world.now
        self.world.now += self.behaviour.seconds
        return self.behaviour.response(request.method, request.fields, at)

    def _deadline(self) -> Deadline:
        return Deadline(self.world.now + 29, self.world.time)


class OriginOfSteps:
    """The origin of the model: it behaves as the step of the row says."""

    def __init__(self, rows: list[Row], steps: list[Step]) -> None:
        self._behaviours = {id(row): step.behaviour for row, step in zip(rows, steps, strict=True)}

    def response(
        self, row: Row, asked: AskedRequest, fields: Fields, validated: int | None, at: float
    ) -> tuple[Response, float]:
        """Return the response, and its seconds."""
        behaviour = self._behaviours[id(row)]
        return behaviour.response(asked.transaction.request.method, fields, at), behaviour.seconds


def seen(answer: Answer) -> Seen:
    """What an answer of the gateway shows."""
    text = answer.response.fields.all("cache-status")[-1]
    members = dict(part.strip().partition("=")[::2] for part in text.split(";"))
    is_problem = answer.problem is not None
    return Seen(
        answer.result,
        answer.response.status,
        -1 if is_problem else len(answer.response.body),
        members.get("fwd"),
        answer.stored,
    )
