"""Chooses the twin that a command speaks to: the one of `--twin`, or that of the template in this folder.

A command that only reads takes the twin of another folder if no other runs, and says so. A purge never does.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from brine_cli.errors import CommandError
from brine_cli.project.default_template import default_template
from brine_cli.running_twin import RunningTwin, running_twins
from brine_cli.screen.width import wrapped_for

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_URL: Final = "http://127.0.0.1:3000"


def found_twin(given: str | None) -> str:
    """Return the URL of the twin that a command reads. given: the value of `--twin`. Raises CommandError."""
    return TwinFinder(given)()


class TwinFinder:
    """Finds the URL of the twin that a command reads. The first call chooses the twin, and later calls follow it.

    given: the value of `--twin`, which need not run. Without it, the choice is `twin_to_read`, else DEFAULT_URL.
    """

    def __init__(self, given: str | None) -> None:
        self._url = None if given is None else _server(given)
        self._template: str | None = None

    def __call__(self) -> str:
        """Return the URL, also of a twin that has stopped. Raises CommandError for a value that is not a URL."""
        if self._template is not None:  # another twin never takes the place of this one, which may start again
            again = RunningTwin.of(Path(self._template), os.environ)
            self._url = self._url if again is None else again.url
        if self._url is not None:
            return self._url
        twin = twin_to_read(os.environ)
        if twin is None:
            return DEFAULT_URL
        tell_if_foreign(twin)
        self._template, self._url = twin.template, twin.url
        return twin.url


def twin_to_read(environment: Mapping[str, str]) -> RunningTwin | None:
    """Return the running twin of the template in this folder, else the running twin that started last, else None."""
    return RunningTwin.of(Path(default_template()), environment) or next(iter(running_twins(environment)), None)


def tell_if_foreign(twin: RunningTwin) -> None:
    """Say on stderr which twin is read, if it serves another template than that of this folder."""
    here = Path(default_template())
    if twin.template != str(here.resolve()):
        text = (
            f"brine: no twin of {here} runs here. This is the twin of {twin.template} at {twin.url}. "
            "--twin URL chooses another one"
        )
        print(wrapped_for(sys.stderr, text, os.environ), file=sys.stderr, flush=True)


def twin_to_purge(given: str | None, environment: Mapping[str, str]) -> str:
    """Return the URL of the twin that a purge may change: the given one, or that of the template in this folder.

    Raises CommandError if no such twin runs. The message names the twins of other templates.
    """
    if given is not None:
        return _server(given)
    here = Path(default_template())
    twin = RunningTwin.of(here, environment)
    if twin is not None:
        return twin.url
    others = running_twins(environment)
    if not others:
        raise CommandError(
            f"no twin of {here} runs here. Start `brine dev`, name a twin with --twin URL, or name a stack with "
            "--table NAME, its output TableName"
        )
    running = ", ".join(f"{other.url} (of {other.template})" for other in others)
    raise CommandError(
        f"no twin of {here} runs here, and no other twin is purged unless you name it. Running: {running}. "
        f"Give --twin {others[0].url if len(others) == 1 else 'URL'}"
    )


def _server(url: str) -> str:
    """Return scheme, host and port of a URL, or of a text without a scheme. Raises CommandError."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise CommandError(f"--twin {url} is not the URL of a server. Write it as {DEFAULT_URL}")
    return f"{parts.scheme}://{parts.netloc}"
