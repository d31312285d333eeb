"""The content of a fault run's messages: a number, and bytes that follow from it."""

from __future__ import annotations

import hashlib
from random import Random
from typing import Any, Final

SMALL, STORED, UPLOADED = 200, 250_000, 4_200_000
"""Bytes: in the queue itself; put into the bucket by the exchange; uploaded past it by the client."""
SIZES: Final = (SMALL,) * 12 + (STORED,) * 3 + (UPLOADED,)
POISON: Final = "poison"


def made(number: int, run: int) -> dict[str, Any]:
    """The content of the message with this number in this run."""
    chance = Random(f"{run} {number}")  # noqa: S311 - no secret
    return {"number": number, "fill": chance.randbytes(chance.choice(SIZES))}


def poisonous(number: int) -> dict[str, Any]:
    """Content on which receivers crash."""
    return {"number": number, "fill": POISON}


def digest(content: dict[str, Any]) -> str:
    """A digest that shows whether content was altered."""
    fill = content["fill"]
    return hashlib.sha256(b"%d " % content["number"] + (fill if isinstance(fill, bytes) else fill.encode())).hexdigest()
