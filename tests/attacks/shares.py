"""A runner of attacks, in as many processes as there are processors."""

from __future__ import annotations

import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def in_shares(command: list[str], environment: Mapping[str, str]) -> list[dict[str, Any]]:
    """The reports, one JSON object in a line, of `command K N` for each K below N."""
    count = len(os.sched_getaffinity(0))

    def share(number: int) -> bytes:
        whole = [*command, str(number), str(count)]
        own = {**environment, "BRINE_SHARE": str(number)}
        return subprocess.run(whole, env=own, stdout=subprocess.PIPE, check=True, timeout=3_000).stdout

    with ThreadPoolExecutor(count) as pool:
        return [json.loads(line) for lines in pool.map(share, range(count)) for line in lines.splitlines()]
