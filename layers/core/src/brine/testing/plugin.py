"""The fixtures of Brine for pytest, which finds them by the entry point `brine`. `-p no:brine` leaves them out.

pytest imports this module in every project that has Brine, so it imports everything else late.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from brine.app.app import App
    from brine.testing.caches import CachesInMemory
    from brine.testing.client import AppClient
    from brine.testing.clock import Clock
    from brine.testing.factory import AppFactory
    from brine.testing.reply import Replies
    from brine.testing.routes import RoutesFile


@pytest.fixture
def brine_clock() -> Clock:
    """The time of apps and results caches in this test. It stands still until the test advances it."""
    from brine.testing.clock import Clock  # noqa: PLC0415 - see the docstring of the module

    return Clock()


@pytest.fixture
def brine_caches(brine_clock: Clock) -> Iterator[CachesInMemory]:
    """The results caches that modules made by `brine.cache`, in memory and empty, for the duration of this test."""
    from brine.testing.caches import CachesInMemory  # noqa: PLC0415 - see the docstring of the module

    with CachesInMemory(brine_clock) as caches:
        yield caches


@pytest.fixture
def brine_app(brine_clock: Clock, brine_caches: CachesInMemory) -> AppFactory:
    """A function that returns a client of an app: `client = brine_app(app, fetch={"orders": [...]})`.

    All clients of a test have its clock and its results caches. Each has its own stored responses.
    """
    from brine.testing.client import AppClient  # noqa: PLC0415 - see the docstring of the module

    def client_of(app: App, fetch: Mapping[str, Replies] | None = None, *, routes: RoutesFile = None) -> AppClient:
        return AppClient(app.registrations, fetch, routes=routes, clock=brine_clock, stamps=brine_caches.stamps)

    return client_of
