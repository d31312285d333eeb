"""The files of folders with code, as far as a change of them matters, each with a digest of its content."""

from __future__ import annotations

import os
import re
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

type Digests = dict[Path, str]
"""Digests of the contents of files, by path."""

_IGNORED_FOLDERS: Final = frozenset({"__pycache__", "node_modules", "site-packages", "venv"})
_IGNORED_FILES: Final = re.compile(
    r"""\.?\#.* | ~\$.* | .*~ | .*\.(?:sw[a-z]|py[co]|tmp|bak)  # Emacs, Office, many, Vim and Python
    | 4913 | .*___jb_(?:tmp|old)___ | \.DS_Store""",  # Vim's and JetBrains' trial files, Finder
    re.VERBOSE,
)
_LARGE_BYTES: Final = 1_000_000
"""From this size on, the size and the time of the last change stand for the content."""


def is_ignored_folder(name: str) -> bool:
    """Return whether a change in a folder of this name matters to no function: .git, .venv, __pycache__ and so on."""
    return name in _IGNORED_FOLDERS or name.startswith(".")


def is_ignored_file(name: str) -> bool:
    """Return whether a file of this name belongs to an editor, or is bytecode."""
    return _IGNORED_FILES.fullmatch(name) is not None


class SourceFiles:
    """Reads the digests of files. It reads a file again only if its size or its time has changed.

    ignored: files that do not count, such as one that the twin itself writes.
    """

    def __init__(self, *ignored: Path) -> None:
        self._ignored = frozenset(os.path.realpath(file) for file in ignored)
        self._known: dict[str, tuple[tuple[int, int, int], str]] = {}

    def digests(self, *places: Path) -> Digests:
        """Return the digests of these files, and of all files in these folders. What does not exist is left out."""
        found: Digests = {}
        for place in places:
            if place.is_dir():
                found.update((Path(file.path), digest) for file in _files(place) if (digest := self._digest(file)))
            elif digest := self._digest(place):
                found[place] = digest
        return found

    def _digest(self, file: Path | os.DirEntry[str]) -> str | None:
        path = os.fspath(file)
        if self._ignored and os.path.realpath(path) in self._ignored:
            return None
        try:
            status = file.stat()
            stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
            known = self._known.get(path)
            if known is None or known[0] != stamp:
                content = str(stamp).encode() if status.st_size > _LARGE_BYTES else Path(path).read_bytes()
                known = self._known[path] = stamp, blake2b(content, digest_size=16).hexdigest()
        except OSError:  # it was removed, or may not be read
            return None
        return known[1]


def folders_of(place: Path) -> Iterator[Path]:
    """Yield a folder and its subfolders, without those that are ignored."""
    yield place
    try:
        entries = list(os.scandir(place))
    except OSError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False) and not is_ignored_folder(entry.name):
            yield from folders_of(Path(entry.path))


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    for one in folders_of(folder):
        try:
            entries = list(os.scandir(one))
        except OSError:
            continue
        yield from (entry for entry in entries if entry.is_file() and not is_ignored_file(entry.name))
