"""The facts about keys that operators see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from brine.domain.keys.times import key_state, opens_until

if TYPE_CHECKING:
    from collections.abc import Sequence

    from brine.domain.keys.times import KeyState, TimedKey


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFacts:
    """What operators see of a key: its id, what it does now, since or from when it seals, and how long it opens.

    The times are in seconds since 1970. `seals_from` is None if the keyring does not say it, and `opens_until` for a
    key without a successor.
    """

    id: int
    state: KeyState
    seals_from: float | None
    opens_until: float | None


def key_facts(keys: Sequence[TimedKey], now: float, keep_days: float) -> tuple[KeyFacts, ...]:
    """Return the facts about the keys of a keyring, the newest first."""
    return tuple(
        KeyFacts(
            id=key.id,
            state=key_state(key, keys, now, keep_days),
            seals_from=key.seals_from or None,
            opens_until=opens_until(key, keys, keep_days),
        )
        for key in sorted(keys, key=lambda key: key.id, reverse=True)
    )
