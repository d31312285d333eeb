"""Removes a key from the keyring in a secret at once, because it is known to someone who must not have it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from brine.domain.keys.rotation import without_key
from brine.errors import RotationFailed
from brine.service.keys.current_keyring import current_version, keyring_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.keys.keyring_text import KeyringText
    from brine.ports.keys import SecretVersions

ATTEMPTS: Final = 3
"""How often a removal begins again because the secret changed meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRemoval:
    """Removes keys from the keyring of one secret. clock: seconds since 1970. new_secret: the secret of a new key."""

    versions: SecretVersions
    clock: Callable[[], float]
    new_secret: Callable[[], str]

    def preview(self, key_id: int) -> tuple[KeyringText, KeyringText]:
        """Return the present keyring and the one without the key, and change nothing.

        Raises RotationFailed and StoreError.
        """
        keyring = keyring_of(self.versions, current_version(self.versions.labels()))
        return keyring, without_key(keyring, key_id, self.clock(), self.new_secret())

    def remove(self, key_id: int, new_version: Callable[[], str]) -> KeyringText:
        """Remove the key, and return the new keyring. `new_version` returns an id that no version has.

        A rotation that is under way is given up: it would bring the key back. Raises RotationFailed and StoreError.
        """
        for _ in range(ATTEMPTS):
            current, version = current_version(self.versions.labels()), new_version()
            keyring = keyring_of(self.versions, current)
            rest = without_key(keyring, key_id, self.clock(), self.new_secret())
            self.versions.add_pending(version, rest.text())
            if self.versions.promote(version, instead_of=current):
                return rest
            if current_version(self.versions.labels()) == version:  # a repeated call whose first answer was lost
                return rest
            self.versions.release(version)
        raise RotationFailed(f"the secret changed {ATTEMPTS} times while key {key_id} was removed. Try again")
