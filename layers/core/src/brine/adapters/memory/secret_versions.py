"""The versions of a secret in this process, for tests."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from brine.ports.keys import CURRENT, PENDING

if TYPE_CHECKING:
    from collections.abc import Mapping

PREVIOUS = "AWSPREVIOUS"


class MemorySecretVersions:
    """The SecretVersions port on dictionaries. Threads may share it.

    `texts` has the text of each version, and `by_label` the version of each label.
    """

    def __init__(self, text: str, version: str = "first") -> None:
        self.texts: dict[str, str] = {version: text}
        self.by_label: dict[str, str] = {CURRENT: version}
        self._lock = Lock()

    @property
    def text(self) -> str:
        """The text that processes read."""
        return self.texts[self.by_label[CURRENT]]

    def labels(self) -> Mapping[str, frozenset[str]]:
        """Return the labels of each version that has one."""
        with self._lock:
            held = dict(self.by_label)
        return {version: frozenset(name for name in held if held[name] == version) for version in held.values()}

    def read(self, version: str) -> str | None:
        """Return the text of a version, or None."""
        return self.texts.get(version)

    def add_pending(self, version: str, text: str) -> None:
        """Add a version with the label PENDING, or keep the text that it has."""
        with self._lock:
            if version not in self.texts:
                self.texts[version] = text
                self.by_label[PENDING] = version

    def promote(self, version: str, *, instead_of: str) -> bool:
        """Move the label CURRENT. False if `instead_of` does not have it."""
        with self._lock:
            if self.by_label[CURRENT] != instead_of:
                return False
            self.by_label |= {CURRENT: version, PREVIOUS: instead_of}
            return True

    def release(self, version: str) -> None:
        """Take the label PENDING from the version, if it has it."""
        with self._lock:
            if self.by_label.get(PENDING) == version:
                del self.by_label[PENDING]
