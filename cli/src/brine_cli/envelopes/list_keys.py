"""`brine keys`: what it prints. It reads ids and times, and no key material."""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from brine_cli.desk.amounts import duration_text
from brine_cli.envelopes.key_text import KeyPlace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from brine_cli.desk.client import AdminClient


def of_keyring(where: str, *, endpoint_url: str | None, region: str | None, as_json: bool) -> None:
    """Print the keys of a file or secret. Raises CommandError."""
    loaded = KeyPlace(endpoint_url=endpoint_url, region=region).load(where, os.environ)
    now = time.time()
    keys = loaded.keyring.keys(now)
    sealing = next((key.id for key in keys if key.seals_from <= now), None)
    listed = [{"id": key.id, "seals_from": key.seals_from or None} for key in keys]
    if as_json:
        document = {"place": loaded.place, "changed_at": loaded.changed_at, "seals": sealing, "keys": listed}
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return
    _print_table(("key", "state", "seals since"), (_row(key, sealing, now) for key in listed))
    if loaded.changed_at is not None:
        sys.stdout.flush()
        age = duration_text(now - loaded.changed_at)
        print(f"{loaded.place} has this text since {_date(loaded.changed_at)} ({age} ago).", file=sys.stderr)


def of_functions(client: AdminClient, *, as_json: bool) -> int:
    """Print the keys of each function of a twin or a stack. Return the exit code: 1 if a keyring cannot be loaded.

    Raises CommandError.
    """
    document = client.get("keys", {})
    if as_json:
        print(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        _print_table(("function", "key", "state", "seals since"), _rows_of_functions(document["keys"], time.time()))
    return 1 if any(function["error"] for function in document["keys"]) else 0


def _rows_of_functions(functions: Iterable[dict[str, Any]], now: float) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for function in functions:
        name = function["function"] or "functions of yours"
        if function["error"]:
            rows.append((name, "-", f"cannot be loaded: {function['error']}", "-"))
        rows += [(name, *_row(key, function["seals"], now)) for key in function["keys"]]
    return rows


def _row(key: dict[str, Any], sealing: int | None, now: float) -> tuple[str, str, str]:
    """Return the cells of a key: its id, its state, and since when, or from when, it seals."""
    since = key["seals_from"]
    state = "seals and opens" if key["id"] == sealing else "opens"
    if since is None:
        return str(key["id"]), state, "not said"
    if since > now:
        return str(key["id"]), "opens, and will seal", f"from {_date(since)} on (in {duration_text(since - now)})"
    return str(key["id"]), state, f"{_date(since)} ({duration_text(now - since)})"


def _date(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"


def _print_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    table = [head, *rows]
    widths = [max(len(row[place]) for row in table) for place in range(len(head))]
    for row in table:
        print("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())
