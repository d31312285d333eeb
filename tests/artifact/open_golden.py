"""`python -m tests.artifact.open_golden` opens and writes the golden envelopes, in any Python and without pytest.

It prints a JSON object: the names of the envelopes that did not open to their object, those that are written otherwise,
and each object as this Python seals it.
"""

from __future__ import annotations

import json
from pathlib import Path

from brine_client import Client
from brine_codec import Codec, Keyring
from tests.golden.envelope.objects import OBJECTS
from tests.support.codec.samples import registry

GOLDEN = Path(__file__).parents[1] / "golden/envelope/v1.json"


def main() -> None:
    """Print the report."""
    golden = json.loads(GOLDEN.read_text())
    keyring = Keyring.from_json(json.dumps(golden["keyring"]))
    wrong, changed, sealed = [], [], {}
    for vector in golden["vectors"]:
        name, envelope, wanted = vector["name"], bytes.fromhex(vector["sealed"]), OBJECTS[vector["name"]]
        codec = Codec(
            keyring,
            purpose=golden["purpose"],
            registry=registry(),
            gate=vector["kind"] == "tree",
            compression=name if name in {"zlib", "zstd"} else "none",
        )
        opened = codec.open(envelope, context=golden["context"], now=golden["issued_at"])
        if opened != wanted or type(opened) is not type(wanted):
            wrong.append(f"{name} {vector['kind']}")
        written = codec.seal(
            wanted, context=golden["context"], now=golden["issued_at"], expires_at=golden["expires_at"]
        )
        if written != envelope and name != "zstd":
            changed.append(f"{name} {vector['kind']}")
        sealed[f"{name} {vector['kind']}"] = written.hex()
    print(json.dumps({"client": Client.__name__, "wrong": wrong, "changed": changed, "sealed": sealed}))


if __name__ == "__main__":
    main()
