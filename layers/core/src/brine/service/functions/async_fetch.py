"""`fetch` for coroutine functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from brine.service.functions.part import NO_FALLBACK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.service.functions.fetch import Fetch, PartSpec
    from brine.service.functions.part import Part


@dataclass(frozen=True, slots=True)
class AsyncFetch:
    """Fetches parts as `Fetch` does, and is awaited: `await fetch("orders", "/17")`, `await fetch.all(...)`."""

    _fetch: Fetch

    @property
    def tenant(self) -> str:
        """The tenant of the request, "" on a route without tenants."""
        return self._fetch.tenant

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
        from asyncio import to_thread  # noqa: PLC0415 - only coroutine functions need it, and it costs a cold start

        return await to_thread(
            self._fetch,
            route,
            path,
            query=query,
            headers=headers,
            method=method,
            content=content,
            otherwise=otherwise,
        )

    async def all(self, *parts: PartSpec) -> tuple[Part, ...]:
        """Return several parts, fetched side by side under one deadline."""
        from asyncio import to_thread  # noqa: PLC0415 - as above

        return await to_thread(self._fetch.all, *parts)
