"""The connection to a running twin: its live records, and its figures."""

from __future__ import annotations

import http.client
import json
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from brine_cli.errors import CommandError
from brine_cli.live.hub import Lost
from brine_cli.live.pages import EVENTS, MOST_READERS, STATS
from brine_cli.live.record import RequestRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

PAUSE: Final = 0.5
"""Seconds between two attempts to reach a twin that has stopped."""
_SILENCE: Final = 20.0
"""Seconds without a byte after which a connection counts as lost: the twin sends a comment every few seconds."""
_OUR_ERRORS: Final = (OSError, http.client.HTTPException)


class TwinNotRunning(CommandError):
    """No twin answers at the address."""


class NotATwin(CommandError):
    """Another program than a twin answers at the address, or a twin of another version."""


class TwinClient:
    """Reads the pages of one twin. find: returns its URL; it is called before each connection, since it may move."""

    def __init__(self, find: Callable[[], str]) -> None:
        self._find = find

    def stats(self) -> dict[str, Any]:
        """Return the figures about the requests so far. Raises TwinNotRunning and NotATwin."""
        url = self._find()
        try:
            with closing(_connection(url)) as connection:
                content: dict[str, Any] = json.loads(_answer(connection, url, STATS, "application/json").read())
                return content
        except _OUR_ERRORS as error:
            raise _not_running(url, error) from None

    def records(
        self, *, recent: int = 0, reconnects: Callable[[str], None] | None = None
    ) -> Generator[RequestRecord | Lost]:
        """Yield live records, and the numbers of those that were lost. Begins with the last `recent` ones.

        reconnects: gets a line when the twin stops and when it is there again. Without it, the records end with it.
        Raises TwinNotRunning and NotATwin if the first connection fails.
        """
        yield from self._once(recent)
        while reconnects is not None:
            url = self._find()
            reconnects(f"the twin at {url} has stopped. Waiting for it to start again")
            while True:
                time.sleep(PAUSE)
                try:
                    yield from self._once(0, lambda: reconnects("the twin is there again"))
                    break
                except TwinNotRunning:
                    continue

    def _once(self, recent: int, connected: Callable[[], None] = lambda: None) -> Generator[RequestRecord | Lost]:
        """Yield the records of one connection, until it ends."""
        url = self._find()
        with closing(_connection(url)) as connection:
            try:
                stream = _answer(connection, url, f"{EVENTS}?recent={recent}", "text/event-stream")
            except _OUR_ERRORS as error:
                raise _not_running(url, error) from None
            with closing(stream):
                connected()
                yield from _events(stream)


def _events(stream: http.client.HTTPResponse) -> Generator[RequestRecord | Lost]:
    """Yield the records of a stream of server-sent events, until it ends or the twin is gone."""
    event = ""
    while True:
        try:
            line = stream.readline()
        except (*_OUR_ERRORS, ValueError):  # the twin was killed, also within a chunk
            return
        if not line:
            return
        name, _, value = line.decode("utf-8", "replace").rstrip("\n").partition(": ")
        if name == "event":
            event = value
        elif name == "data":
            yield Lost(json.loads(value)["lost"]) if event == "lost" else RequestRecord.from_json(value)
        elif not name:
            event = ""


def _connection(url: str) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_SILENCE)


def _answer(connection: http.client.HTTPConnection, url: str, page: str, media_type: str) -> http.client.HTTPResponse:
    """Return the answer to a request for a page, if it has this media type. Raises NotATwin."""
    connection.request("GET", page)
    response = connection.getresponse()
    if response.status == 200 and response.headers.get_content_type() == media_type:
        return response
    if response.status == 503:
        raise CommandError(
            f"{url} has {MOST_READERS} readers of live requests already. Close a console or a `brine tail`"
        )
    raise NotATwin(
        f"{url}{page.partition('?')[0]} answers {response.status} {response.reason} with "
        f"{response.headers.get_content_type()}, so it is no running `brine dev`. Give the right URL with --twin"
    )


def _not_running(url: str, error: Exception) -> TwinNotRunning:
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return TwinNotRunning(
        f"no twin answers at {url} ({reason}). Start one with `brine dev` in another terminal, or give its URL with "
        "--twin"
    )
