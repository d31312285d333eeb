"""One request on its way through the gateway: the request (`Transaction`) and its events so far (`Trace`)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import inf
from typing import TYPE_CHECKING, Any, Final, Literal

from brine.domain.caching.cache_key import query_resource, resource_of
from brine.domain.http.messages import CACHED_METHODS
from brine.domain.http.ranges import limited_range
from brine.domain.routing.front_door import unknown_front_door
from brine.domain.routing.upstream import upstream_request
from brine.ports.deadline import Deadline
from brine.service.diagnostics import Faults

if TYPE_CHECKING:
    from brine.domain.caching.cache_key import Resource
    from brine.domain.http.messages import Request
    from brine.domain.routing.front_door import FrontDoorReader
    from brine.domain.routing.route import Route

ANSWER_RESERVE: Final = 0.3
"""Seconds before the deadline when calls to stores must be over: the answer must still be written."""
ORIGIN_RESERVE: Final = 1.5
"""Seconds before the deadline when the origin must have answered: storing and answering need them."""
WAIT_RESERVE: Final = 0.6
"""Seconds before the deadline when a request stops to wait for another one's fetch: it must still be answered."""
LEAST_FETCH: Final = 1.0
"""Seconds that a request must have left for the origin to take over from another one's fetch that failed."""
PART_RESERVE_SHARE: Final = 0.15
"""The most of a part's time that is kept for its storing: the whole has its own reserve."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """A request to a route, with the facts that never change during it.

    `request` has the fields and the target that the origin gets. `room`: bytes of a body that the answer can carry.
    `ancestors`: the names of the functions' routes that this request is a part of, the outermost first. `is_refresh`:
    whether the request was made to renew a stored response, so none of its parts may be stale. `cdn_loop`: the lines
    of CDN-Loop with which the request came. They are no part of `request`, so they select and are stored nowhere.
    `front_door`: where the request arrived; the same is true of it.
    """

    route: Route
    request: Request
    resource: Resource
    deadline: Deadline
    store_deadline: Deadline
    room: float = inf
    ancestors: tuple[str, ...] = ()
    is_refresh: bool = False
    cdn_loop: tuple[str, ...] = ()
    front_door: FrontDoorReader = unknown_front_door

    @classmethod
    def begin(
        cls, route: Route, request: Request, tenant: str, deadline: Deadline, *, room: float = inf, **members: Any
    ) -> Transaction:
        """Return the transaction of a request. Its path and query are those for the origin.

        A Range for more bytes than the answer can carry is made shorter: the client requests the rest.
        """
        if request.method not in CACHED_METHODS:
            from brine.domain.queries.as_query import as_query  # noqa: PLC0415 - no GET needs it

            request = as_query(request, route)
        sent = upstream_request(request, route)
        if room < inf and sent.is_get and "range" in sent.fields:
            wanted = limited_range(sent.fields.get("range", ""), int(room))
            sent = replace(sent, fields=sent.fields.replacing("range", wanted))
        is_query = sent.content_query is not None and sent.content_query.refusal is None
        return cls(
            route=route,
            request=sent,
            resource=query_resource(route, tenant, sent) if is_query else resource_of(route, tenant, request.target),
            deadline=deadline,
            store_deadline=Deadline(deadline.at - ANSWER_RESERVE, deadline.clock),
            cdn_loop=request.fields.all("cdn-loop"),
            room=room,
            **members,
        )

    @property
    def origin_deadline(self) -> Deadline:
        """When the origin must have answered, by its route's timeout and the deadline of the request."""
        return self.deadline.within(self.route.timeout, reserve=self._reserve(ORIGIN_RESERVE))

    @property
    def lease_seconds(self) -> float:
        """Seconds that a fetch may take, and so a lease for it must last."""
        return min(self.route.timeout, self.deadline.remaining())

    @property
    def wait_seconds(self) -> float:
        """Seconds to wait for other requests' fetches, so that this one can still be answered after it."""
        return max(0.0, self.deadline.remaining() - self._reserve(WAIT_RESERVE))

    def may_take_over(self) -> bool:
        """Return whether there is time for a fetch after another request's fetch that failed."""
        return self.origin_deadline.remaining() >= min(LEAST_FETCH, self.route.timeout)

    def _reserve(self, seconds: float) -> float:
        """Return the seconds to keep before the deadline: fewer for a part, because the whole keeps some, too."""
        return min(seconds, PART_RESERVE_SHARE * self.deadline.remaining()) if self.ancestors else seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class PartReport:
    """How one part of a whole came about: its route, its result as in `Answer`, and its status.

    `cause`: why the part failed, for the log. As text, the report is a member of Cache-Status (RFC 9211), without it.
    """

    route: str
    result: str
    status: int
    seconds: float = 0.0
    cause: str | None = None

    def __str__(self) -> str:
        came = "hit" if self.result in {"hit", "stale"} else "fwd=miss"
        detail = "" if self.result in {"hit", "miss"} else f"; detail={self.result}"
        return f"{self.route}; {came}{detail}"


@dataclass(slots=True)
class Trace:
    """The events of one request or call so far, and the deadline of its calls to stores. Each has its own trace.

    `now`: the time of its last reading of the clock, in seconds since 1970. `layer`: the place that the stored
    response or result came from. `origin_time`: seconds of waiting for the origin, None before it was asked.
    `retries`: how often the origin was asked again. `early_refresh`: whether a refresh of a fresh response was
    requested. `refresh_requested`: whether a refresh of a result was. `parts`: the requests that a function made for
    its response. `error`: the exception that the
    function raised, for the log. `cause`: why the origin gave no response, for the log. `lost_bodies`: the addresses
    in the body store that could not be read.
    """

    now: float
    deadline: Deadline | None = None
    faults: Faults = field(default_factory=Faults)
    layer: Literal["memory", "table"] | None = None
    origin_time: float | None = None
    retries: int = 0
    early_refresh: bool = False
    refresh_requested: bool = False
    parts: list[PartReport] = field(default_factory=list)
    error: BaseException | None = None
    cause: str | None = None
    lost_bodies: set[bytes] = field(default_factory=set)

    def waited(self, seconds: float) -> None:
        """Add a wait for the origin: one request may lead to several."""
        self.origin_time = seconds + (self.origin_time or 0.0)
