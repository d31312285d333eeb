"""The four steps by which Secrets Manager rotates a secret, for one with a keyring.

Each step may be repeated, end at any call, and run twice at once. No process sees a change until one call moves the
label CURRENT. That call names the version from which the new one was made, so a change in between is never lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from brine.domain.keys.keyring_text import KeyringText
from brine.domain.keys.rotation import mismatch, rotated
from brine.errors import RotationFailed
from brine.ports.keys import PENDING
from brine.service.keys.current_keyring import current_version, keyring_of, parsed
from brine_codec import Codec, CodecError, Keyring

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine.ports.keys import SecretVersions

type RotationStep = Literal["createSecret", "setSecret", "testSecret", "finishSecret"]

STEPS: Final[tuple[RotationStep, ...]] = ("createSecret", "setSecret", "testSecret", "finishSecret")
_PROBE: Final = "brine rotation"
"""The purpose of the envelopes by which a keyring is tested."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRotation:
    """Rotates the keyring of one secret. Every method takes the id of the new version, and raises StoreError.

    clock: seconds since 1970. new_secret: returns the secret of a key. keep_days: the days for which a replaced key
    still opens.
    """

    versions: SecretVersions
    clock: Callable[[], float]
    new_secret: Callable[[], str]
    keep_days: float

    def unfinished(self) -> str | None:
        """Return the id of a version that a rotation has left pending, or None."""
        labels = self.versions.labels()
        current = current_version(labels)
        return next((version for version in labels if PENDING in labels[version] and version != current), None)

    def run(self, step: RotationStep, version: str) -> KeyringText | None:
        """Take one step. Return the keyring of the version; None if the step is `setSecret`. Raises RotationFailed."""
        match step:
            case "createSecret":
                return self.create(version)
            case "testSecret":
                return self.test(version)
            case "finishSecret":
                return self.finish(version)
            case _:  # the secret is the only place of the keyring
                return None

    def create(self, version: str) -> KeyringText:
        """Make the version from the current one, unless it is made already. Raises RotationFailed."""
        labels = self.versions.labels()
        current = current_version(labels)
        if version == current:
            return keyring_of(self.versions, version)
        now = self.clock()
        keyring = keyring_of(self.versions, current)
        text = self.versions.read(version)
        if text is None:
            made = rotated(keyring, now, self.new_secret(), self.keep_days)
            self.versions.add_pending(version, made.text())
            text = self.versions.read(version) or ""  # another attempt may have been first
        return self._checked(keyring, version, text)

    def test(self, version: str) -> KeyringText:
        """Open envelopes of the current keys, and of the newest one, with the new keyring. Raises RotationFailed."""
        labels = self.versions.labels()
        current = current_version(labels)
        keyring = keyring_of(self.versions, current)
        if version == current:
            return keyring
        successor = self._pending(keyring, version, labels)
        reader = Codec(Keyring.from_json(successor.text()), purpose=_PROBE)
        kept = successor.by_id()
        for entry in (*(key for key in keyring.entries if key.id in kept), successor.newest):
            alone, now = Keyring.from_json(KeyringText((entry,)).text()), entry.seals_from
            try:
                reader.open(Codec(alone, purpose=_PROBE).seal(entry.id, now=now), now=now)
            except CodecError as error:
                raise RotationFailed(f"the new keyring does not open what key {entry.id} seals: {error}") from None
        return successor

    def finish(self, version: str) -> KeyringText:
        """Let all processes read the version. Raises RotationFailed if the current keyring has changed meanwhile."""
        labels = self.versions.labels()
        current = current_version(labels)
        keyring = keyring_of(self.versions, current)
        if version == current:
            return keyring
        successor = self._pending(keyring, version, labels)
        is_promoted = self.versions.promote(version, instead_of=current)
        if not is_promoted and current_version(self.versions.labels()) != version:
            raise RotationFailed("the secret changed in this moment. Repeat the step")
        return successor

    def _pending(self, keyring: KeyringText, version: str, labels: Mapping[str, frozenset[str]]) -> KeyringText:
        """Return the keyring of the pending version. Raises RotationFailed."""
        if PENDING not in labels.get(version, frozenset()):
            raise RotationFailed(
                f"the version {version} is not pending any more: a key was removed, or another rotation was faster. "
                "Begin a new rotation"
            )
        text = self.versions.read(version)
        if text is None:
            raise RotationFailed(f"the version {version} has no text yet. Repeat the step createSecret first")
        return self._checked(keyring, version, text)

    def _checked(self, keyring: KeyringText, version: str, text: str) -> KeyringText:
        """Return the keyring of a version that may replace the current one.

        Raises RotationFailed. A version that may never replace it loses its label, so that a new rotation can begin.
        """
        successor = parsed(text, version)
        problem = mismatch(keyring, successor, self.clock(), self.keep_days)
        if problem is not None:
            self.versions.release(version)
            raise RotationFailed(f"{problem}. The version {version} is given up. Begin a new rotation")
        return successor
