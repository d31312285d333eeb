"""Reads the keyring in the current version of a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.domain.keys.keyring_text import KeyringText
from brine.errors import RotationFailed
from brine.ports.keys import CURRENT
from brine_codec import BadKeyring

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.ports.keys import SecretVersions


def current_version(labels: Mapping[str, frozenset[str]]) -> str:
    """Return the id of the version that processes read. Raises RotationFailed if there is none."""
    for version, names in labels.items():
        if CURRENT in names:
            return version
    raise RotationFailed("the secret has no current version: put a keyring into it first")


def keyring_of(versions: SecretVersions, version: str) -> KeyringText:
    """Return the keyring in a version. Raises RotationFailed, which shows none of its text, and StoreError."""
    text = versions.read(version)
    if text is None:
        raise RotationFailed(f"the version {version} of the secret has no text: a keyring is a JSON text")
    return parsed(text, version)


def parsed(text: str, version: str) -> KeyringText:
    """Return the keyring in the text of a version. Raises RotationFailed."""
    try:
        return KeyringText.parse(text)
    except BadKeyring as error:
        raise RotationFailed(
            f"the version {version} of the secret is no keyring: {error}. Nothing was changed. Mend it, or move "
            f"{CURRENT} back to the version before it (docs/key-rotation.md)"
        ) from None
