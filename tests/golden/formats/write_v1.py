"""How v1.json was made, once: `uv run python -m tests.golden.formats.write_v1`.

It never overwrites: every sent text must be readable for ever.
"""

from __future__ import annotations

import json
from pathlib import Path

from brine.domain.formats import Format, encode
from tests.golden.formats.objects import OBJECTS, TYPES


def main() -> None:
    vectors = [
        {
            "name": name,
            "json": encode(Format.JSON, obj, TYPES).decode(),
            "msgpack": encode(Format.MSGPACK, obj, TYPES).hex(),
        }
        for name, obj in OBJECTS.items()
    ]
    with Path(__file__).with_name("v1.json").open("x") as file:
        json.dump({"vectors": vectors}, file, indent=1)


if __name__ == "__main__":
    main()
