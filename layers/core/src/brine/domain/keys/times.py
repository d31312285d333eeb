"""The times of the keys of a keyring (docs/decisions/0131).

A new key is in the keyring for a while before it seals, so that every process can open what it seals. A key that was
replaced stays until nothing that it sealed can be alive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Protocol

    # Here, because settings.py imports this module in each cold start
    class TimedKey(Protocol):
        """A key with the time from which it seals, in seconds since 1970; 0 if the keyring does not say."""

        @property
        def id(self) -> int:
            """The number of the key."""

        @property
        def seals_from(self) -> float:
            """When it begins to seal."""


DAY: Final = 86_400.0
KEY_KEEP_DAYS: Final = 367
"""Days for which a replaced key still opens, by default. Content is used for at most MAX_CONTENT_AGE, a day less."""
LEAST_KEEP_DAYS: Final = 16
"""The least of these days. A queue keeps a message for 14 days, and the bucket its content for 15."""
SEALS_AFTER: Final = 3600.0
"""Seconds from the beginning of a rotation until its key seals."""
LEAST_WAIT: Final = 900.0
"""The least seconds from the end of a rotation until its key seals.

A process loads a keyring again after 310 s (KeyringSource). The rest is for clocks that differ, and for a Secrets
Manager that does not answer for a while.
"""

type KeyState = Literal["seals", "opens", "waits", "over"]
"""`waits`: it opens, and will seal. `over`: it may be dropped, and the next rotation drops it."""


def sealing_id(keys: Iterable[TimedKey], now: float) -> int | None:
    """Return the id of the key that seals at `now`, or None. It is the one that Keyring.sealing_key chooses."""
    return max((key.id for key in keys if key.seals_from <= now), default=None)


def opens_until(key: TimedKey, keys: Sequence[TimedKey], keep_days: float) -> float | None:
    """Return when nothing is alive any more that `key` sealed, in seconds since 1970; None while it may seal.

    A newer key without `seals_from` says nothing about the time at which it replaced this one.
    """
    replaced = (other.seals_from for other in keys if other.id > key.id and other.seals_from)
    first = min(replaced, default=None)
    return None if first is None else first + keep_days * DAY


def key_state(key: TimedKey, keys: Sequence[TimedKey], now: float, keep_days: float) -> KeyState:
    """Return what the key does at `now`."""
    if key.id == sealing_id(keys, now):
        return "seals"
    until = opens_until(key, keys, keep_days)
    if until is not None and until <= now:
        return "over"
    return "waits" if key.seals_from > now else "opens"
