"""The protocol for the versions of the secret that has a keyring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

CURRENT: Final = "AWSCURRENT"
"""The label of the version that processes read."""
PENDING: Final = "AWSPENDING"
"""The label of the version that a rotation makes."""


class SecretVersions(Protocol):
    """The versions of one secret, by their ids. Each method is one call, and may be repeated. It raises StoreError.

    The text of a version never changes.
    """

    def labels(self) -> Mapping[str, frozenset[str]]:
        """Return the labels of each version that has one."""

    def read(self, version: str) -> str | None:
        """Return the text of a version; None if there is no such version, or it has no text yet."""

    def add_pending(self, version: str, text: str) -> None:
        """Add a version with the label PENDING. If it has a text already, that one stays."""

    def promote(self, version: str, *, instead_of: str) -> bool:
        """Move the label CURRENT from one version to another. False if `instead_of` does not have it."""

    def release(self, version: str) -> None:
        """Take the label PENDING from a version, if the version has it."""
