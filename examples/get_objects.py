"""Get Python objects from an origin that speaks JSON and from one that seals (docs/pickle-convert.md).

    uv run python -m examples.get_objects [URL]

URL: the gateway; by default that of `brine dev --routes examples/from_pickle.toml`.
"""

from __future__ import annotations

import sys

from brine_client import Client
from brine_codec import Keyring
from examples.shop import registry


def main(url: str = "http://127.0.0.1:3000") -> None:
    """Print two objects of the JSON origin, and one of the origin that seals."""
    keyring = Keyring.from_json('{"1": "of the example too: not the same as above"}')

    with Client(url, keyring=keyring, registry=registry()) as client:
        print(client.get("/prices/tea"))
        print(client.get("/prices/lines/tea"))
        print(client.get("/orders/A-1").lines)


if __name__ == "__main__":
    main(*sys.argv[1:2])
