"""The thread that brings a twin to a newer description when files change."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final, Protocol, Self

from brine_cli.errors import CommandError, shown
from brine_cli.reload.lines import lines_of
from brine_cli.reload.watch import checks
from brine_cli.serving.mistakes import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from brine_cli.serving.description import Description
    from brine_cli.serving.served import Changes
    from brine_cli.serving.source_files import SourceFiles

_SLOW_SECONDS: Final = 1.0


class Followed(Protocol):
    """What serves a description and can follow to a newer one."""

    @property
    def description(self) -> Description:
        """The description that it serves."""

    def follow(self, newer: Description) -> Changes:
        """Serve a newer description, and return what changed."""


class Reloader:
    """Follows changes of the files of a description, within its context.

    describe: reads the files anew. It raises CommandError for a mistake. renew: is called before that with the files
    that have changed, and may write files. places: more files and folders to watch. notice: returns a line for the
    user, or None; it is called at each check.
    """

    def __init__(
        self,
        served: Followed,
        describe: Callable[[], Description],
        report: Callable[[str], None],
        sources: SourceFiles,
        *,
        renew: Callable[[Iterable[Path]], object] = lambda _: None,
        places: Iterable[Path] = (),
        notice: Callable[[], str | None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._served = served
        self._describe = describe
        self._report = report
        self._sources = sources
        self._renew = renew
        self._more_places = tuple(places)
        self._notice = notice
        self._clock = clock
        self._seen: Mapping[Path, str] = {**served.description.digests, **sources.digests(*self._more_places)}
        self._mistake = ""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reload", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def check(self) -> None:
        """Follow if a file has changed. Report what changed, or the mistake that prevents it, once."""
        if line := self._notice():
            self._report(line)
        digests = self._digests()
        if digests == self._seen and not self._mistake:
            return
        began = self._clock()
        changed = {file for file in digests.keys() | self._seen.keys() if digests.get(file) != self._seen.get(file)}
        patience = threading.Timer(_SLOW_SECONDS, self._report, (f"reloading: {_names(changed)} changed",))
        patience.daemon = True
        patience.start()
        try:
            self._follow(changed, began)
        finally:
            patience.cancel()

    def _follow(self, changed: Iterable[Path], began: float) -> None:
        self._renew(changed)
        self._seen = self._digests()
        try:
            newer = self._describe()
        except CommandError as error:
            self._refuse(str(error))
            return
        if newer.routes.is_mistaken:
            self._refuse(text_of(newer.mistakes))
            return
        lines = list(lines_of(self._served.follow(newer), self._clock() - began))
        if self._mistake and not lines:
            lines = ["the mistake is gone, and all functions run the files as they are now"]
        self._mistake = ""
        for line in lines:
            self._report(line)

    def _refuse(self, mistake: str) -> None:
        if mistake != self._mistake:
            self._report(f"not reloaded, the last good state serves. {mistake}")
        self._mistake = mistake

    def _digests(self) -> Mapping[Path, str]:
        return self._sources.digests(*self._places())

    def _places(self) -> list[Path]:
        return [*self._served.description.places, *self._more_places]

    def _run(self) -> None:
        for _ in checks(self._places, self._stopping, self._report):
            try:
                self.check()
            except Exception as error:  # noqa: BLE001  (a later change must still be followed)
                self._report(f"a change could not be followed: {type(error).__name__}: {error}")


def _names(files: Iterable[Path]) -> str:
    names = sorted(map(shown, files))
    return f"{names[0]} and {len(names) - 1} other files" if len(names) > 1 else "".join(names)
