"""Functions as origins: run the function of a route, and let its response follow its parts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from brine.domain.caching.combine import FAILED, combine, limited_fields
from brine.domain.caching.freshness import explicit_lifetime, route_lifetime
from brine.domain.http.cache_control import parse_response_directives
from brine.domain.purging.invalidation import SAFE_METHODS
from brine.domain.purging.stamps import MARGIN, tag_stamp
from brine.errors import FunctionFailed, PartFailed, StoreError
from brine.service.diagnostics import Fault
from brine.service.functions.fetch import SHARE, Fetch
from brine.service.uses import current_uses

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine.domain.caching.combine import PartLimits
    from brine.domain.http.messages import Request, Response
    from brine.ports.deadline import Deadline
    from brine.service.functions.parts_gateway import PartsGateway
    from brine.service.origins.origin_state import OriginState
    from brine.service.stores.stamps import Stamps
    from brine.service.transaction import Trace, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionCall:
    """A call of the function of a route. `arguments`: those in the path. `tenant`: "" on a route without tenants."""

    route: str
    request: Request
    arguments: Mapping[str, str]
    tenant: str
    fetch: Fetch


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionResult:
    """The response of a function, its own tags, and the tags to purge.

    `unsealed`: the reason why the response cannot be stored: its object cannot be sealed, or its tags are invalid.
    `error`: the exception of the function of `tags` or `purges`.
    """

    response: Response
    tags: tuple[str, ...] = ()
    purges: tuple[str, ...] = ()
    unsealed: str | None = None
    error: Exception | None = None


class FunctionRunner(Protocol):
    """Runs functions by the names of their routes."""

    def run(self, call: FunctionCall) -> FunctionResult:
        """Return the result of the function. Raises FunctionFailed, and PartFailed if a required part failed."""


@dataclass(slots=True, kw_only=True)
class FunctionClient:
    """Asks functions for responses, as an OriginClient asks HTTP origins. `clock` gives seconds since 1970.

    `gateway` serves the parts; it is set once the gateway is composed, because the gateway has this client.
    """

    runner: FunctionRunner
    stamps: Stamps
    clock: Callable[[], float]
    gateway: PartsGateway = field(init=False)

    def fetch(self, transaction: Transaction, request: Request, deadline: Deadline, trace: Trace) -> Response:
        """Return the function's response, limited by its parts. Raises FunctionFailed and PartFailed."""
        began = self.clock()
        fetch = Fetch(self.gateway, transaction, deadline.within(deadline.remaining() * SHARE), self.clock)
        pattern = transaction.route.pattern
        call = FunctionCall(
            route=transaction.route.name,
            request=request,
            arguments={} if pattern is None else pattern.arguments(request.path),
            tenant=transaction.resource.tenant,
            fetch=fetch,
        )
        uses: list[PartLimits] = []  # what the results permit that the function uses
        token = current_uses.set(uses)
        try:
            result = self.runner.run(call)
        except FunctionFailed as error:
            trace.error = error.__cause__
            raise
        except PartFailed as error:
            trace.error = error
            raise
        finally:
            current_uses.reset(token)
            trace.parts.extend(fetch.reports)
            for fault in fetch.faults:
                trace.faults.add(fault)
        if transaction.is_refresh and fetch.failed is not None:  # the stored whole has all parts, so it stays
            raise PartFailed(fetch.failed, "a refresh needs every part")
        if request.method not in SAFE_METHODS and result.response.status < 400:
            self._purge(result.purges, transaction, trace)
        trace.error = result.error
        if result.unsealed is not None:
            trace.faults.add(Fault("result", "unsupported", result.unsealed))
        try:
            return _following_parts(result, (*fetch.limits, *uses), transaction, began)
        except ValueError as error:
            raise FunctionFailed(
                f"the function of {transaction.route.name} gave a bad header field: {error}"
            ) from error

    def state(self, transaction: Transaction, trace: Trace, now: float, *, by_store: bool) -> OriginState:  # noqa: ARG002 - the signature of Upstreams
        """Return the state of a function: it has neither a circuit nor a budget, and its parts have their own."""
        from brine.service.origins.origin_state import OriginState  # noqa: PLC0415 - only an explanation needs it

        return OriginState()

    def _purge(self, tags: tuple[str, ...], transaction: Transaction, trace: Trace) -> None:
        """Purge the tags that an unsafe request made out of date, before its answer goes out. One call for each."""
        for tag in tags:
            try:
                self.stamps.write(tag_stamp(tag, transaction.resource.tenant), trace, at=self.clock() + MARGIN)
            except StoreError as error:
                trace.faults.store_failed("invalidation", error)


def _following_parts(
    result: FunctionResult, limits: tuple[PartLimits, ...], transaction: Transaction, began: float
) -> Response:
    """Return the response with the Cache-Control that its parts permit, its tags, and its dependencies on the parts."""
    response, policy = result.response, transaction.route.policy
    response = replace(response, fields=response.fields.sanitised())
    if transaction.request.method not in SAFE_METHODS:
        return response
    lifetime: float | None = explicit_lifetime(response.fields, parse_response_directives(response.fields), began)
    if lifetime is None:
        lifetime = route_lifetime(response.status, policy)
    if lifetime is None and response.status >= 300 and limits:
        lifetime = 0.0  # an error that no setting makes fresh
    whole = combine(limits if result.unsealed is None else (*limits, FAILED), lifetime, began)
    return replace(
        response,
        fields=limited_fields(response.fields, whole),
        tags=result.tags,
        dependencies=whole.dependencies,
    )
