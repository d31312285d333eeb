"""`fetch` for coroutine functions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from brine.service.functions.part import NO_FALLBACK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from brine.service.functions.fetched_parts import RequestedPart
    from brine.service.functions.part import Part
    from brine.service.functions.part_fetcher import PartFetcher, PartSpec


@dataclass(frozen=True, slots=True)
class AsyncFetch:
    """Fetches parts as `Fetch` does, and is awaited: `await fetch("orders", "/17")`, `await fetch.all(...)`."""

    _fetcher: PartFetcher

    @property
    def tenant(self) -> str:
        """The tenant of the request, "" on a route without tenants."""
        return self._fetcher.tenant

    async def __call__(
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
        """Return a part. Arguments and errors as in `Fetch`. The event loop runs on meanwhile."""
        part = self._fetcher.parts.request(route)
        request = {"query": query, "headers": headers, "method": method, "content": content}
        return await self._in_thread((part,), partial(self._fetcher.one, part, path, otherwise, **request))

    async def all(self, *parts: PartSpec) -> tuple[Part, ...]:
        """Return several parts, fetched side by side under one deadline."""
        requested = [self._fetcher.parts.request(spec[0]) for spec in parts]
        return await self._in_thread(requested, partial(self._fetcher.several, requested, parts))

    async def _in_thread[T](self, parts: Iterable[RequestedPart], call: Callable[[], T]) -> T:
        """Return the result of a call in another thread. Parts whose task was cancelled have failed."""
        from asyncio import to_thread  # noqa: PLC0415 - only coroutine functions need it, and it costs a cold start

        try:
            return await to_thread(call)
        finally:
            for part in parts:
                self._fetcher.parts.fail(part)  # unless it has an outcome
