"""Count the Python calls and modules that a hit and a miss pass through, in a gateway whose stores are in memory.

    uv run python -m benchmarks.calls [--list]

`sys.setprofile` counts each entry into a Python function of Brine between a `Request` and its `Answer`. The first
request of each kind is not counted: it imports modules and fills caches of patterns.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

from brine.domain.http.messages import Request
from brine.ports.deadline import Deadline
from tests.support.gateway.world import World, response

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from types import FrameType

PACKAGES = ("brine", "brine_codec")


def calls_of(work: Callable[[], object], packages: Collection[str] = PACKAGES) -> Counter[tuple[str, str]]:
    """Return how often `work` enters each function of these packages, by module and qualified name."""
    calls: Counter[tuple[str, str]] = Counter()

    def profile(frame: FrameType, event: str, _argument: Any) -> None:
        module = frame.f_globals.get("__name__", "")
        if event == "call" and module.split(".")[0] in packages:
            calls[module, frame.f_code.co_qualname] += 1

    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls


def measure() -> dict[str, Counter[tuple[str, str]]]:
    """Return the calls of a hit in process memory, of a hit in the table, and of a miss that is stored."""
    stored = response(content_type="application/json", cache_control="max-age=60")
    world = World({f"/base/{number}": stored for number in range(2)})
    world.ask("/api/0")
    world.ask("/api/0")
    request = Request(method="GET", path="/api/1")
    deadline = Deadline(world.now + 29, world.time)
    miss = calls_of(lambda: world.gateway.serve(request, deadline))
    hit = calls_of(lambda: world.gateway.serve(request, deadline))
    world.restart()
    world.ask("/api/0")
    return {
        "hit in memory": hit,
        "hit in the table": calls_of(lambda: world.gateway.serve(request, deadline)),
        "miss": miss,
    }


def main() -> None:
    """Print one line for each kind of request; with `--list`, each function too."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", action="store_true", help="print each function and how often it is called")
    arguments = parser.parse_args()
    for kind, calls in measure().items():
        modules = {module for module, _ in calls}
        print(f"{kind}: {calls.total()} calls in {len(modules)} modules")
        if arguments.list:
            for (module, name), count in sorted(calls.items()):
                print(f"  {count:3} {module}.{name}")


if __name__ == "__main__":
    main()
