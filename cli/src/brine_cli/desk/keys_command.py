"""Prints the ids of the keys of a running twin."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from brine_cli.desk.client import DeskClient, found_twin

if TYPE_CHECKING:
    from collections.abc import Iterator


def show_keys(twin: str | None, *, as_json: bool) -> int:
    """Print the keys of each function. Return the exit code: 1 if a keyring cannot be loaded. Raises CommandError."""
    document = DeskClient(found_twin(twin)).get("keys", {})
    if as_json:
        print(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        print("\n".join(key_lines(document["keys"])))
    return 1 if any(one["error"] for one in document["keys"]) else 0


def key_lines(functions: list[dict[str, Any]]) -> Iterator[str]:
    """Yield a line for each key of each function."""
    width = max((len(one["function"]) for one in functions), default=0)
    for one in functions:
        name = f"{one['function']:<{width}}"
        if one["error"]:
            yield f"{name}  its keyring cannot be loaded: {one['error']}"
        for key in one["keys"]:
            use = "seals and opens" if key["id"] == one["seals"] else "opens"
            yield f"{name}  key {key['id']}  {use}{_from(key['seals_from'])}"


def _from(seals_from: float | None) -> str:
    return (
        "" if seals_from is None else f", to seal from {time.strftime('%Y-%m-%d %H:%M', time.gmtime(seals_from))} UTC"
    )
