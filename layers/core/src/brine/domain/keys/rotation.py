"""What a rotation and a removal make of a keyring. No text that this module returns has a part of a secret."""

from __future__ import annotations

from math import ceil
from typing import Final

from brine.domain.keys.keyring_text import KeyEntry, KeyringText
from brine.domain.keys.times import LEAST_WAIT, SEALS_AFTER, key_state, sealing_id
from brine.errors import RotationFailed

LARGEST_ID: Final = 2**32 - 1
"""The header of an envelope has four bytes for the id."""


def rotated(keyring: KeyringText, now: float, secret: str, keep_days: float) -> KeyringText:
    """Return the keyring with a new key that seals later, and without the keys that are over.

    A keyring with a key that waits already gets no further one. Raises RotationFailed if there is no id left.
    """
    keys = keyring.entries
    kept = tuple(key for key in keys if key_state(key, keys, now, keep_days) != "over")
    if now < keyring.newest.seals_from <= now + SEALS_AFTER:
        return KeyringText(kept)
    return KeyringText((*kept, _next(keyring, secret, ceil(now + SEALS_AFTER))))


def without_key(keyring: KeyringText, key_id: int, now: float, secret: str) -> KeyringText:
    """Return the keyring without a key. Raises RotationFailed if it has no such key.

    If the key seals, or would seal later, a new one waits in its place, and an older one seals until then. Without an
    older one, the key that waits already seals at once; without that, the new one, although no process knows it yet.
    """
    if key_id not in keyring.by_id():
        ids = ", ".join(str(key.id) for key in keyring.entries)
        raise RotationFailed(f"the keyring has no key {key_id}. Its keys: {ids}")
    rest = tuple(key for key in keyring.entries if key.id != key_id)
    sealing = sealing_id(keyring.entries, now)
    if sealing is not None and key_id < sealing:
        return KeyringText(rest)
    if sealing_id(rest, now) is not None:
        return KeyringText((*rest, _next(keyring, secret, ceil(now + SEALS_AFTER))))
    if rest:
        return KeyringText((*rest[:-1], rest[-1].sealing_from(int(now))))
    return KeyringText((_next(keyring, secret, int(now)),))


def mismatch(current: KeyringText, successor: KeyringText, now: float, keep_days: float) -> str | None:
    """Return why `successor` must not replace the current keyring, or None.

    The keyring may have changed since the successor was made from it. The successor may come too late: then a process
    would seal with the new key before the others know it.
    """
    before, after = current.by_id(), successor.by_id()
    lost = [key for key in current.entries if key.id not in after]
    new = [key for key in successor.entries if key.id not in before]
    has_changed = (
        any(after[key].value != before[key].value for key in before.keys() & after.keys())
        or any(key_state(key, current.entries, now, keep_days) != "over" for key in lost)
        or len(new) > 1
        or any(key.id < current.newest.id for key in new)  # a key that was removed would come back
    )
    if has_changed:
        return "the keyring has changed since this rotation began"
    if any(key.seals_from < now + LEAST_WAIT for key in new):
        return f"this rotation began too long ago: its key would seal before {LEAST_WAIT:.0f} s are over"
    return None


def _next(keyring: KeyringText, secret: str, seals_from: int) -> KeyEntry:
    """Return a new entry. No id is used twice, not even that of a key that is removed now."""
    if keyring.newest.id >= LARGEST_ID:
        raise RotationFailed(f"key {keyring.newest.id} has the largest id that there is. Begin a new keyring")
    return KeyEntry.new(keyring.newest.id + 1, secret, seals_from)
