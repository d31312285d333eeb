"""All that a twin knows about live requests: its recorder, the subscribers, the figures and the printed log."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any, Self

from brine_cli.live.advice import Advice
from brine_cli.live.hub import Hub
from brine_cli.live.pages import EVENTS, STATS, events_page, stats_page
from brine_cli.live.recorder import Recorder
from brine_cli.live.stats.live_stats import LiveStats

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine_cli.http.pages import Page
    from brine_cli.live.record import RequestRecord
    from brine_cli.live.text.printer import LogPrinter


class Live:
    """The live requests of one twin. printer: writes the log, if there is one. monotonic: seconds that only go up."""

    def __init__(self, printer: LogPrinter | None = None, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._printer = printer
        self._monotonic = monotonic
        self._stats = LiveStats(monotonic())
        self.hub: Hub[RequestRecord] = Hub()
        self.recorder = Recorder(self._publish, Advice(), monotonic=monotonic)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.recorder.close()
        self.hub.close()

    def pages(self, origins: Callable[[], Mapping[tuple[str, str], str]] = dict) -> dict[str, Page]:
        """Return the pages about live requests, by path prefix.

        origins: returns the host of each origin, by function and route.
        """
        return {EVENTS: events_page(self.hub), STATS: stats_page(lambda: self.snapshot(origins()))}

    def snapshot(self, origins: Mapping[tuple[str, str], str]) -> dict[str, Any]:
        """Return the figures about the requests so far."""
        return self._stats.snapshot(self._monotonic(), origins)

    def taker(self, show: Callable[[str], None] | None) -> Callable[[str], None]:
        """Return the callback for lines of functions.

        show: gets each line too. Without it, the printer gets them, else stdout.
        """

        def take(line: str) -> None:
            is_recorded = self.recorder.take(line)
            if show is not None:
                show(line)
            elif self._printer is not None:
                self._printer.output(line, is_recorded=is_recorded)
            else:
                sys.stdout.write(f"{line}\n")
                sys.stdout.flush()

        return take

    def reporter(self, report: Callable[[str], None]) -> Callable[[str], None]:
        """Return the callback for remarks about single requests: `report`, unless the printed lines have them."""
        is_printed = self._printer is not None and self._printer.prints_requests
        return (lambda _: None) if is_printed else report

    def _publish(self, record: RequestRecord) -> None:
        self._stats.add(record, self._monotonic())
        self.hub.publish(record)
        if self._printer is not None:
            self._printer.record(record)
