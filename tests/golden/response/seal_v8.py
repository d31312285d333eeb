"""How v8.json was made, once: `uv run python -m tests.golden.response.seal_v8`.

It never overwrites: processes of other versions read the stored responses. A new form gets a file of its own beside it.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.golden.response.responses import RESPONSES, sealed


def main() -> None:
    with Path(__file__).with_name("v8.json").open("x") as file:
        json.dump({name: sealed(name).hex() for name in RESPONSES}, file, indent=1)


if __name__ == "__main__":
    main()
