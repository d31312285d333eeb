"""How v1.json was made, once: `uv run python -m tests.golden.keyring.write_v1`.

It never overwrites: processes with an older codec read the keyrings. A new form gets a file of its own beside it.
"""

from __future__ import annotations

import json
from pathlib import Path

from brine.domain.keys.times import DAY
from brine_codec import Codec, Keyring
from tests.golden.keyring.keyrings import NOW, life

LATER = int(NOW + 400 * DAY)


def main() -> None:
    entries = []
    for name, text in life().items():
        keyring = Keyring.from_json(text)
        switches = sorted({int(key.seals_from) or NOW for key in keyring.keys(0)})
        entries.append(
            {
                "name": name,
                "text": text,
                "opens": [key.id for key in keyring.keys(0)],
                "seals": [[now, keyring.sealing_key(now).id] for now in switches],
                "sealed": Codec(keyring, purpose="test").seal(name, now=LATER).hex(),
            }
        )
    with Path(__file__).with_name("v1.json").open("x") as file:
        json.dump(entries, file, indent=1)


if __name__ == "__main__":
    main()
