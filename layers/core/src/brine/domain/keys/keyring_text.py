"""The text of a keyring with its secrets, for a rotation. All other code uses a Keyring, which shows no secret."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Self

from brine_codec import Keyring


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """A key as the text has it. `value`: its secret, or an object with it. A rotation keeps the values as they are."""

    id: int
    seals_from: float
    value: object = field(repr=False)

    @classmethod
    def new(cls, key_id: int, secret: str, seals_from: int) -> Self:
        """Return the entry of a new key."""
        return cls(key_id, seals_from, {"secret": secret, "seals_from": seals_from})

    def sealing_from(self, seals_from: int) -> KeyEntry:
        """Return the entry with another time."""
        secret = self.value["secret"] if isinstance(self.value, dict) else self.value
        return KeyEntry.new(self.id, str(secret), seals_from)


@dataclass(frozen=True, slots=True)
class KeyringText:
    """The entries of a keyring, the oldest first."""

    entries: tuple[KeyEntry, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the JSON text of a keyring. Raises BadKeyring, which shows none of the text."""
        keys = Keyring.from_json(text).keys(0)
        values = json.loads(text)
        return cls(tuple(KeyEntry(key.id, key.seals_from, values[str(key.id)]) for key in reversed(keys)))

    @property
    def newest(self) -> KeyEntry:
        """The key with the largest id."""
        return self.entries[-1]

    def by_id(self) -> dict[int, KeyEntry]:
        """Return the entries by their ids."""
        return {entry.id: entry for entry in self.entries}

    def text(self) -> str:
        """Return the JSON text."""
        return json.dumps({str(entry.id): entry.value for entry in self.entries})
