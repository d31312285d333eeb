"""The fixtures of Brine for pytest, which finds them by the entry point `brine`. `-p no:brine` leaves them out.

pytest imports this module in every project that has Brine, so it imports everything else late.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from brine.app.app import App
    from brine.testing.caches import CachesInMemory
    from brine.testing.client import AppClient
    from brine.testing.clock import Clock
    from brine.testing.factory import AppFactory
    from brine.testing.reply import Replies
    from brine.testing.routes import RoutesFile

_CLIENTS = pytest.StashKey["list[AppClient]"]()


def pytest_report_header(config: pytest.Config) -> str | None:
    """Warn if the copy of Brine that `sam build` would build is not the version that the tests run with."""
    try:
        copied = (config.rootpath / ".brine/version").read_text(encoding="utf-8").strip()
    except OSError:
        return None
    import brine  # noqa: PLC0415 - see the docstring of the module

    if copied == brine.__version__:
        return None
    return f"brine: {brine.__version__} is installed, and .brine has {copied}. Run `brine vendor` before `sam build`"


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
def brine_app(request: pytest.FixtureRequest, brine_clock: Clock, brine_caches: CachesInMemory) -> AppFactory:
    """A function that returns a client of an app: `client = brine_app(app, fetch={"orders": [...]})`.

    All clients of a test have its clock and its results caches. Each has its own stored responses. A failed test shows
    their responses.
    """
    from brine.testing.client import AppClient  # noqa: PLC0415 - see the docstring of the module

    clients = request.node.stash.setdefault(_CLIENTS, [])

    def client_of(app: App, fetch: Mapping[str, Replies] | None = None, *, routes: RoutesFile = None) -> AppClient:
        client = AppClient(app.registrations, fetch, routes=routes, clock=brine_clock, stamps=brine_caches.stamps)
        clients.append(client)
        return client

    return client_of


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the responses of the apps to the report of a test that failed."""
    report = yield
    clients = item.stash.get(_CLIENTS, None)
    if clients and call.when == "call" and report.failed:
        from brine.testing.report import report_of  # noqa: PLC0415 - see the docstring of the module

        report.sections.append(("Brine", report_of(clients)))
    return report
