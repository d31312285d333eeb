"""`fetch`: what a function calls to get its parts from the routes of the gateway, in process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from brine.service.functions.part import NO_FALLBACK
from brine.service.functions.part_fetcher import PartFetcher

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine.domain.caching.combine import PartLimits
    from brine.ports.deadline import Deadline
    from brine.service.diagnostics import Fault
    from brine.service.functions.part import Part
    from brine.service.functions.part_fetcher import PartSpec
    from brine.service.functions.parts_gateway import PartsGateway
    from brine.service.transaction import PartReport, Transaction

SHARE: Final = 0.85
"""The share of the remaining time that the parts get. The rest is for the function itself."""


@dataclass(slots=True)
class Fetch:
    """Fetches the parts of one response. A function gets one as its argument `fetch`.

    Parts come through the cache of their own routes, with the tenant and the trace of the whole's request. What they
    permit limits the whole: see brine.domain.caching.combine.
    """

    _gateway: PartsGateway
    _whole: Transaction
    _deadline: Deadline
    _clock: Callable[[], float]
    _fetcher: PartFetcher = field(init=False)

    def __post_init__(self) -> None:
        self._fetcher = PartFetcher(self._gateway, self._whole, self._deadline, self._clock)

    @property
    def limits(self) -> tuple[PartLimits, ...]:
        """What each fetched part permits for the whole."""
        return tuple(self._fetcher.parts.limits)

    @property
    def failed(self) -> str | None:
        """The route of a part that failed, optional ones included; None if none did."""
        return self._fetcher.parts.failed[0] if self._fetcher.parts.failed else None

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Failures of stores during the fetches of parts that are good all the same."""
        return tuple(self._fetcher.parts.faults)

    @property
    def reports(self) -> tuple[PartReport, ...]:
        """How each fetched part came about."""
        return tuple(self._fetcher.parts.reports)

    @property
    def tenant(self) -> str:
        """The tenant of the request, "" on a route without tenants."""
        return self._fetcher.tenant

    def __call__(
        self,
        route: str,
        path: str = "",
        *,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        method: str = "GET",
        content: object = None,
        otherwise: object = NO_FALLBACK,
    ) -> Part:
        """Return the response of a route's origin for this path, from the cache or fetched.

        path: text below the origin's URL, such as f"/{order_id}"; it is percent-encoded here, also "?" and "#". query:
        parameters; a list gives several of one name, None leaves one out. headers: further fields; the client's own do
        not go along. content: the body, sent as JSON, or bytes. otherwise: makes the part optional: if it fails, it has
        this value.

        Raises PartFailed if a required part gives no answer in time, or one with status 429 or from 500 on.
        FunctionMistake for an unknown route, for a route of the function itself, for a route with other tenants, and
        once the function has returned.
        """
        part = self._fetcher.parts.request(route)
        return self._fetcher.one(part, path, otherwise, query=query, headers=headers, method=method, content=content)

    def all(self, *parts: PartSpec) -> tuple[Part, ...]:
        """Return several parts, fetched side by side under one deadline, in the order of the arguments.

        Each is a tuple: ("orders", "/17") or ("offers", "/today", {"or": []}). Raises as a call for one part does, when
        all that have begun have ended. No other part begins after a required one failed.
        """
        return self._fetcher.several([self._fetcher.parts.request(spec[0]) for spec in parts], parts)


def fetcher_of(fetch: Fetch) -> PartFetcher:
    """Return the fetcher behind `fetch`, for the gateway's own use."""
    return fetch._fetcher  # noqa: SLF001 - no public name, because functions call `fetch` alone
