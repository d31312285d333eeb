"""`brine keys`: what it prints. It reads ids and times, and no key material."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from brine.domain.keys.facts import key_facts
from brine.domain.keys.times import KEY_KEEP_DAYS, sealing_id
from brine_cli.desk.amounts import duration_text
from brine_cli.envelopes.key_text import KeyPlace
from brine_cli.keyrings.key_table import HEAD, cells, date, print_table
from brine_cli.screen.printable import printable_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from brine_cli.desk.client import AdminClient


def of_keyring(
    where: str, *, endpoint_url: str | None, region: str | None, keep_days: int | None, as_json: bool
) -> None:
    """Print the keys of a file or secret. Raises CommandError."""
    loaded = KeyPlace(endpoint_url=endpoint_url, region=region).load(where, os.environ)
    now = time.time()
    keys = loaded.keyring.keys(now)
    listed = [asdict(facts) for facts in key_facts(keys, now, keep_days or KEY_KEEP_DAYS)]
    if as_json:
        document = {
            "place": loaded.place,
            "changed_at": loaded.changed_at,
            "seals": sealing_id(keys, now),
            "keys": listed,
        }
        print(printable_json(document, indent=2))
        return
    print_table(HEAD, (cells(key, now) for key in listed))
    if loaded.changed_at is not None:
        sys.stdout.flush()
        age = duration_text(now - loaded.changed_at)
        print(f"{loaded.place} has this text since {date(loaded.changed_at)} ({age} ago).", file=sys.stderr)


def of_functions(client: AdminClient, *, as_json: bool) -> int:
    """Print the keys of each function of a twin or a stack. Return the exit code: 1 if a keyring cannot be loaded.

    Raises CommandError.
    """
    document = client.get("keys", {})
    if as_json:
        print(printable_json(document, indent=2))
    else:
        print_table(("function", *HEAD), _rows_of_functions(document["keys"], time.time()))
    return 1 if any(function["error"] for function in document["keys"]) else 0


def _rows_of_functions(functions: Iterable[dict[str, Any]], now: float) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for function in functions:
        name = function["function"] or "functions of yours"
        if function["error"]:
            rows.append((name, "-", f"cannot be loaded: {function['error']}", "-", "-"))
        rows += [(name, *cells(key, now)) for key in function["keys"]]
    return rows
