"""The explanation of a request: its outcome and the reasons, as values with a JSON form.

Times are in seconds since 1970, durations in seconds, and sizes in bytes. docs/explain.md has the JSON form.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from brine.domain.explaining.field_changes import FieldChange
    from brine.domain.explaining.query_parameters import QueryParameter
    from brine.domain.explaining.reasons import Reason
    from brine.service.admin.explain.costs import CostEstimate
    from brine.service.admin.explain.entries import StoredEntry
    from brine.service.http_cache.answer import Result
    from brine.service.origins.origin_state import CircuitPhase

type Action = Literal["serve", "serve-stale", "validate", "forward", "wait", "refuse", "problem"]
"""The action for the next request.

- `serve`, `serve-stale`: it is answered from the store, or stale.
- `validate`, `forward`: the origin is asked whether the stored response is still valid, or for a new one.
- `wait`: it waits for the response that another request is fetching.
- `refuse`: only a stored response was wanted, and none can be used. `problem`: it ends with a problem.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginOutcome:
    """The outcome of the request for one answer of the origin. `assumed`: that answer, in words.

    result: as in Cache-Status and the log. stored: whether a response is stored, or renewed. why: the reason, such as a
    `detail` of Cache-Status. fresh_for: for how long it is fresh then.
    """

    assumed: str
    result: Result
    stored: bool = False
    why: str | None = None
    fresh_for: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The outcome of the next request. `sentence`: all of it in one sentence.

    result: as in the log; None if that is up to the origin alone. possible: the results that the request can have.
    status, cache_status: of the answer, if the origin is not asked. forwarded_because: `fwd` of Cache-Status.
    reasons: the way to the decision, in order. outcomes: for each answer that the origin may give. unknown: facts that
    cannot be known before the request. notes: further facts.
    """

    sentence: str
    action: Action
    result: Result | None = None
    possible: tuple[Result, ...] = ()
    status: int | None = None
    cache_status: str | None = None
    problem: str | None = None
    forwarded_because: str | None = None
    reasons: tuple[Reason, ...] = ()
    outcomes: tuple[OriginOutcome, ...] = ()
    unknown: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherRoute:
    """A route that covers the path too. `because`: why another one wins."""

    name: str
    prefix: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteChoice:
    """The route of the request, or None, and the routes that it wins over.

    prefix: its prefix, or its pattern. function: whether a Python function is its origin. near: prefixes that look like
    a path that no route covers, and `known`: all of them. settings: those of caching that differ from the defaults.
    """

    name: str | None
    prefix: str | None = None
    origin: str | None = None
    function: bool = False
    others: tuple[OtherRoute, ...] = ()
    near: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamRequest:
    """The request that the origin gets, or would get if it were asked.

    arguments: those of the function of the route. hooks: functions of yours that may change it before it is sent.
    fields: the fate of each header field. mapped_addresses: whether fields such as Location get public addresses.
    """

    method: str
    origin: str
    target: str
    is_sent: bool
    fields: tuple[FieldChange, ...]
    body_bytes: int = 0
    arguments: tuple[tuple[str, str], ...] = ()
    hooks: tuple[str, ...] = ()
    mapped_addresses: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectingField:
    """A request field that selects among the stored responses of the key. `value`: None if the request lacks it.

    because: "Vary" or a setting of the route. The value of a credential is hidden.
    """

    name: str
    value: str | None
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyParts:
    """The cache key and its parts. `place`: the partition key in the table. `slot`: what the request selects in it.

    The response fills the main slot instead if the one there is purged, or has another Vary.
    tenant: the tenant's hash, None on a route without tenants. path: of the client's request. target: path and query as
    they are in the key. content: the SHA-256 of the content of a query. is_used: whether the cache is asked at all.
    selects_known: whether a response is stored, so that its Vary is known.
    """

    key: str
    place: str
    slot: str
    route: str
    namespace: str
    tenant: str | None
    method: str
    origin: str
    path: str
    target: str
    parameters: tuple[QueryParameter, ...] = ()
    content: str | None = None
    selecting: tuple[SelectingField, ...] = ()
    selects_known: bool = False
    is_used: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLimits:
    """The limits of the request now. circuit, open_until: of the origin. budget: why it permits no request, or None.

    has_budget: whether the route has an origin_budget. retry_after: seconds until the circuit or budget permits one.
    new_keys_per_minute: the route's limit; is_new_key: whether the request counts in it. lease_until: until when
    another request has the lease of the slot. has_queue: whether stale responses can be refreshed in the background.
    refresh: whether this request asks for a refresh. early_refresh_chance: from 0 to 1, that a hit asks for one.
    """

    circuit: CircuitPhase = "none"
    open_until: float | None = None
    has_budget: bool = False
    budget: str | None = None
    retry_after: float | None = None
    new_keys_per_minute: int | None = None
    is_new_key: bool = False
    lease_until: float | None = None
    has_queue: bool = False
    refresh: Literal["requested", "paused"] | None = None
    early_refresh_chance: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The outcome of a request now, and the reasons. Finding them out changed no store and no memory.

    The members after `route` are None if the request does not get that far. more_variants: stored variants of the key
    that `stored` leaves out.
    """

    at: float
    method: str
    target: str
    verdict: Verdict
    route: RouteChoice
    upstream: UpstreamRequest | None = None
    key: KeyParts | None = None
    stored: tuple[StoredEntry, ...] = ()
    more_variants: int = 0
    limits: RequestLimits | None = None
    cost: CostEstimate | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the explanation as values that JSON can express."""
        document: dict[str, Any] = _plain(self)
        return document


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, float) and not isfinite(value):
        return None
    return value
