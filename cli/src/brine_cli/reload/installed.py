"""Notices that another version of Brine was installed while this one runs."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import brine_cli

if TYPE_CHECKING:
    from collections.abc import Callable


def installed_version() -> str | None:
    """Return the version of brine-cli in this environment, or None while an installer replaces it."""
    try:
        return version("brine-cli")
    except PackageNotFoundError:
        return None


class InstalledVersion:
    """Compares the installed version with the one that runs. read: returns the installed one, or None."""

    def __init__(
        self, read: Callable[[], str | None] = installed_version, running: str = brine_cli.__version__
    ) -> None:
        self._read = read
        self._running = running
        self._told = running

    def notice(self) -> str | None:
        """Return a line about another version, once for each. The twin itself cannot change to it while it runs."""
        found = self._read()
        if found is None or found == self._told:
            return None
        self._told = found
        if found == self._running:
            return None
        return (
            f"brine-cli {found} is installed now, and this twin runs {self._running}. "
            "Start `brine dev` anew to use it. That also renews a copy of the stack in .brine"
        )
