"""Waits for changes of files, by the notifications of the operating system."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from brine_cli.serving.source_files import folders_of, is_ignored_file

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Generator, Iterable

QUIET_MILLISECONDS: Final = 50
"""How long no file may change before a change counts as complete: editors write a file in several steps."""
LONGEST_MILLISECONDS: Final = 400
"""How long changes may go on before they count all the same."""
CHECK_SECONDS: Final = 2.0
"""The longest time between two checks. The file systems of containers and networks may notify of no change."""
_ATTEMPTS: Final = 3


def checks(
    places: Callable[[], Iterable[Path]], stopping: threading.Event, report: Callable[[str], None]
) -> Generator[None]:
    """Yield when a file in one of the places may have changed, until `stopping` is set.

    places: returns files and folders. It is called again after each check, since a change may add places.
    report: gets a line if the operating system cannot notify.
    """
    failures = 0
    while not stopping.is_set():
        try:
            yield from _until_other_folders(places, stopping)
        except OSError as error:  # no more watches are free, or a folder went away just now
            failures += 1
            if failures == _ATTEMPTS:
                report(f"files are only looked at every {CHECK_SECONDS:g} s, since they cannot be watched: {error}")
            if failures >= _ATTEMPTS:
                stopping.wait(CHECK_SECONDS)
        yield  # for a change between two watches


def watched_folders(places: Iterable[Path]) -> frozenset[Path]:
    """Return the folders in which changes may matter: those of files, and folders with their subfolders."""
    found: set[Path] = set()
    for place in places:
        found.update(folders_of(place) if place.is_dir() else [place.parent])
    return frozenset(folder for folder in found if folder.is_dir())


def _until_other_folders(places: Callable[[], Iterable[Path]], stopping: threading.Event) -> Generator[None]:
    from watchfiles import watch  # noqa: PLC0415  (takes 60 ms, for which the start need not wait)

    named = {str(place) for place in places()}
    folders = watched_folders(places())
    watching = watch(
        *folders,
        watch_filter=lambda _, path: path in named or not is_ignored_file(Path(path).name),
        debounce=LONGEST_MILLISECONDS,
        step=QUIET_MILLISECONDS,
        stop_event=stopping,
        rust_timeout=int(CHECK_SECONDS * 1000),
        yield_on_timeout=True,
        raise_interrupt=False,
        recursive=False,  # `folders` has the subfolders, without those that are ignored
        ignore_permission_denied=True,
    )
    with closing(watching):
        for _ in watching:
            yield
            if watched_folders(places()) != folders:
                return
