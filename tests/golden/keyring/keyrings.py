"""The texts of a keyring in the order of its life, made with fixed secrets and times."""

from __future__ import annotations

import json
from typing import Final

from brine.domain.keys.keyring_text import KeyringText
from brine.domain.keys.rotation import rotated, without_key
from brine.domain.keys.times import DAY

NOW: Final = 1_790_000_000
KEEP_DAYS: Final = 30
SECRETS: Final = tuple(f"{number} secret of the golden keyring ".ljust(64, "x") for number in range(6))


def life() -> dict[str, str]:
    """Return the text after each event, by the name of the event."""
    generated = json.dumps({"1": SECRETS[0]}, separators=(",", ":"))  # as Secrets Manager writes it
    first = rotated(KeyringText.parse(generated), NOW, SECRETS[1], KEEP_DAYS)
    second = rotated(first, NOW + 10 * DAY, SECRETS[2], KEEP_DAYS)
    third = rotated(second, NOW + 35 * DAY, SECRETS[3], KEEP_DAYS)
    removed = without_key(third, 4, NOW + 36 * DAY, SECRETS[4])
    return {
        "generated": generated,
        "rotated": first.text(),
        "rotated again": second.text(),
        "rotated after key 1 is over": third.text(),
        "the sealing key is removed": removed.text(),
        "the only key is removed": without_key(KeyringText.parse(generated), 1, NOW, SECRETS[5]).text(),
    }
