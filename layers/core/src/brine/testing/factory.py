"""The type of the fixture `brine_app`, for annotations in tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.app.app import App
    from brine.testing.client import AppClient
    from brine.testing.reply import Replies
    from brine.testing.routes import RoutesFile


class AppFactory(Protocol):
    """Returns clients of apps."""

    def __call__(self, app: App, fetch: Mapping[str, Replies] | None = None, *, routes: RoutesFile = None) -> AppClient:
        """Return a client of an app in memory. The arguments are those of `App.test`."""
