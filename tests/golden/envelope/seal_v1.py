"""How v1.json was made, once: `uv run python -m tests.golden.envelope.seal_v1`.

It never overwrites: every stored envelope must open for ever. A new format gets a file of its own beside it.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.golden.envelope.objects import OBJECTS
from tests.support.codec.samples import KEYS, codec

CONTEXT = ["tenant-a", "GET /\u00e9"]
ISSUED, EXPIRES = 1_790_000_000, 1_790_000_600


def main() -> None:
    vectors = []
    for name, obj in OBJECTS.items():
        compression = name if name in {"zlib", "zstd"} else "none"
        for kind, gate in (("tree", True), ("graph", False)):
            sealer = codec(compression=compression, gate=gate)
            sealed = sealer.seal(obj, context=CONTEXT, now=ISSUED, expires_at=EXPIRES)
            vectors.append({"name": name, "kind": kind, "sealed": sealed.hex()})
    with Path(__file__).with_name("v1.json").open("x") as file:
        json.dump(
            {
                "keyring": json.loads(KEYS),
                "purpose": "test",
                "context": CONTEXT,
                "key_id": 2,
                "issued_at": ISSUED,
                "expires_at": EXPIRES,
                "vectors": vectors,
            },
            file,
            indent=1,
        )


if __name__ == "__main__":
    main()
