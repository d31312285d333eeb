"""Compare the CPU time of sealing and opening, and the sizes, with raw pickle and common libraries.

Each round runs all contenders in turn, so a disturbance affects all of them. The best round of each contender counts.
A ratio compares it with the best of raw pickle. `brine` is the setting of the cache for its own items, without the
gate. `brine, gate` is the default, for envelopes of other services. `brine, plain` does not compress.

    uv run --group bench python benchmarks/codec.py [ROUNDS]
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import pickle
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import itsdangerous  # type: ignore[import-not-found,import-untyped,unused-ignore]  # installed with the group bench only
import joblib  # type: ignore[import-not-found,import-untyped,unused-ignore]  # installed with the group bench only
import msgpack  # type: ignore[import-not-found,import-untyped,unused-ignore]  # installed with the group bench only
import numpy as np
import orjson  # type: ignore[import-not-found,import-untyped,unused-ignore]  # installed with the group bench only

from brine_codec import Codec, Keyring, Registry, arrays

ROUNDS = 15
SECONDS = 0.05  # per contender and round
NOW = 1_790_000_000.0
CONTEXT = ("tenant", "GET /orders?page=1")


@dataclass
class Record:
    id: int
    customer: str
    email: str
    amount: Decimal
    currency: str
    placed: dt.datetime
    tags: list[str]
    paid: bool


@dataclass(frozen=True, slots=True)
class FrozenRecord:
    id: int
    customer: str
    email: str
    amount: Decimal
    currency: str
    placed: dt.datetime
    tags: list[str]
    paid: bool


def records(cls: type[Record | FrozenRecord]) -> list[Record | FrozenRecord]:
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    return [
        cls(
            id=at,
            customer=f"Customer number {at} of the list",
            email=f"customer{at}@mail.example.org",
            amount=Decimal(at * 7) / 100,
            currency=("EUR", "USD", "JPY")[at % 3],
            placed=start + dt.timedelta(seconds=97 * at),
            tags=["new", f"region-{at % 20}", f"campaign {at % 7}"],
            paid=bool(at % 2),
        )
        for at in range(1_000)
    ]


def nested(count: int = 21_000) -> list[dict[str, Any]]:
    """Return a document like those of a JSON API."""
    return [
        {
            "id": at,
            "name": f"Product {at}",
            "price": at * 1.25,
            "stock": {"Berlin": at % 100, "Lisbon": at % 37, "updated": f"2026-09-{at % 28 + 1:02}T12:00:00Z"},
            "tags": ["summer", f"group-{at % 50}", None],
            "text": f"The {at}th thing that we sell, with a description of some length, as products have them.",
            "reviews": [{"stars": at % 5 + 1, "by": f"user {at}"}, {"stars": 3, "by": f"user {at + 1}"}],
        }
        for at in range(count)
    ]


PAYLOADS: dict[str, Any] = {
    "1 KB dict": {f"field_{at:02}": f"value number {at}" if at % 2 else at * 1_000 for at in range(48)},
    "1,000 records": records(Record),
    "1,000 records, frozen and slotted": records(FrozenRecord),
    "5 MB nested": nested(),
    "8 MB array": np.random.default_rng(7).random(1_000_000),
}

type Contender = tuple[Callable[[Any], Any], Callable[[Any], Any]]


def contenders() -> dict[str, Contender]:
    """Return the functions that write and read, by contender."""
    registry = Registry()
    registry.register(Record, version=1)
    registry.register(FrozenRecord, version=1)
    arrays.register(registry)
    keyring = Keyring.from_json('{"1": "a secret of the benchmark, long enough to be one"}')

    def brine(**settings: Any) -> Contender:
        codec = Codec(keyring, purpose="benchmark", registry=registry, **settings)
        return (
            lambda obj: codec.seal(obj, context=CONTEXT, now=NOW),
            lambda sealed: codec.open(sealed, context=CONTEXT, now=NOW),
        )

    signer = itsdangerous.Signer("a secret of the benchmark", digest_method=hashlib.sha256)
    return {
        "pickle": (lambda obj: pickle.dumps(obj, 5), pickle.loads),
        "brine, plain": brine(gate=False, compression="none"),
        "brine": brine(gate=False),
        "brine, gate": brine(),
        "itsdangerous + pickle": (
            lambda obj: signer.sign(pickle.dumps(obj, 5)),
            lambda signed: pickle.loads(signer.unsign(signed)),
        ),
        "msgpack": (msgpack.packb, msgpack.unpackb),
        "orjson": (orjson.dumps, orjson.loads),
        "joblib": (_joblib_dump, lambda data: joblib.load(io.BytesIO(data))),
    }


def _joblib_dump(obj: object) -> bytes:
    file = io.BytesIO()
    joblib.dump(obj, file)
    return file.getvalue()


def per_call(function: Callable[[Any], Any], argument: Any, calls: int) -> float:
    """Return the CPU time of one call in microseconds."""
    start = time.process_time()
    for _ in range(calls):
        function(argument)
    return (time.process_time() - start) / calls * 1e6


def measure(payload: Any, rounds: int) -> dict[str, tuple[float, float, int]]:
    """Return the microseconds to write and to read, and the bytes, by contender.

    Contenders that cannot write the payload are left out.
    """
    tasks: list[tuple[str, int, Callable[[Any], Any], Any, int]] = []
    sizes = {}
    for name, (write, read) in contenders().items():
        try:
            written = write(payload)
            read(written)
        except (TypeError, ValueError):
            continue
        sizes[name] = len(written)
        for way, (function, argument) in enumerate(((write, payload), (read, written))):
            once = max(per_call(function, argument, 1), 1.0)
            tasks.append((name, way, function, argument, max(1, int(SECONDS * 1e6 / once))))
    best = {name: [float("inf"), float("inf")] for name in sizes}
    for _ in range(rounds):
        for name, way, function, argument, calls in tasks:
            best[name][way] = min(best[name][way], per_call(function, argument, calls))
    return {name: (times[0], times[1], sizes[name]) for name, times in best.items()}


def main(rounds: int) -> None:
    print("| payload | contender | write, us | ratio | read, us | ratio | bytes |")
    print("|---|---|---|---|---|---|---|")
    for title, payload in PAYLOADS.items():
        found = measure(payload, rounds)
        raw_write, raw_read, _ = found["pickle"]
        for name, (write, read, size) in found.items():
            print(
                f"| {title} | {name} | {write:,.1f} | {write / raw_write:.2f} "
                f"| {read:,.1f} | {read / raw_read:.2f} | {size:,} |"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
