"""How v5.json was made, once: `uv run python -m tests.golden.result.seal_v5`.

It never overwrites: processes of other versions read the stored results. A new form gets a file of its own beside it.
"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from brine.adapters.memory.stores import MemoryBodyStore
from tests.golden.result.places import CALLS, GoldenError, call, world_of


def main() -> None:
    vectors = {}
    for name, value in CALLS.items():
        world = world_of(name)
        with contextlib.suppress(GoldenError):
            call(world.process(), value)
        ((pk, sk), item), *more = world.items.items.items()
        assert not more
        assert isinstance(world.bodies, MemoryBodyStore)
        bodies = {digest.hex(): body.hex() for digest, body in world.bodies.bodies.items()}
        vectors[name] = {"pk": pk, "sk": sk, "envelope": item.envelope.hex(), "bodies": bodies}
    with Path(__file__).with_name("v5.json").open("x") as file:
        json.dump(vectors, file, indent=1)


if __name__ == "__main__":
    main()
