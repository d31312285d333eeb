"""The versions of a secret, with functions that run before and after each call, for crashes and races."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine.ports.keys import SecretVersions


def nothing(_: str) -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True)
class WatchedVersions:
    """The SecretVersions port on another one. `before` and `after` get the name of each method; they may raise."""

    inner: SecretVersions
    before: Callable[[str], None] = nothing
    after: Callable[[str], None] = nothing

    def labels(self) -> Mapping[str, frozenset[str]]:
        self.before("labels")
        result = self.inner.labels()
        self.after("labels")
        return result

    def read(self, version: str) -> str | None:
        self.before("read")
        result = self.inner.read(version)
        self.after("read")
        return result

    def add_pending(self, version: str, text: str) -> None:
        self.before("add_pending")
        self.inner.add_pending(version, text)
        self.after("add_pending")

    def promote(self, version: str, *, instead_of: str) -> bool:
        self.before("promote")
        result = self.inner.promote(version, instead_of=instead_of)
        self.after("promote")
        return result

    def release(self, version: str) -> None:
        self.before("release")
        self.inner.release(version)
        self.after("release")
