"""The budget of one message: the memory (bytes) and the time (steps) that reading it may cost.

A sender with a key could make a small message that opens as a large or slow object. So each message gets a budget that
grows with its size. Everything that is made of the message draws from it: containers, texts, keys, and every call of a
maker. A message has only this one budget.
"""

from __future__ import annotations

from brine_codec.errors import TooLarge

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from brine_codec.limits import Limits

MEBIBYTE = 1024 * 1024

MEMORY, MEMORY_PER_BYTE = 36 * MEBIBYTE, 1_000
"""Bytes for a message of size 0, and bytes for each byte of the message, up to 256 MiB."""
MEMORY_LATER = 256
"""Bytes for each byte of a message above 1 MiB, up to `Limits.memory`."""
STEPS, STEPS_PER_BYTE, STEPS_LATER = 1_200_000, 20, 10
"""Steps of about 100 ns: for a message of size 0, for each of its bytes, and for each byte above 512 KiB."""

PROBE, COMPARISON = 1 / 130, 1 / 4
"""Steps of one probe of a taken slot of a hash table; steps of comparing two values."""


class Budget:
    """The rest of the budget of one message. `size`: its bytes as they came, compressed or not."""

    __slots__ = ("memory", "steps")

    def __init__(self, limits: Limits, size: int) -> None:
        first = min(MEMORY + MEMORY_PER_BYTE * size, MEMORY_LATER * MEBIBYTE)
        self.memory: float = min(limits.memory, max(first, MEMORY_LATER * size))
        early = min(size, MEBIBYTE // 2)
        self.steps: float = STEPS + STEPS_PER_BYTE * early + STEPS_LATER * (size - early)

    def spend(self, memory: float, steps: float) -> None:
        """Draw bytes and steps. Raises TooLarge if one of them is used up."""
        self.memory -= memory
        self.steps -= steps
        if self.memory < 0:
            raise TooLarge("the object would take more memory than the budget of a message of this size")
        if self.steps < 0:
            raise TooLarge("the object would take more time than the budget of a message of this size")


def steps_for_keys(keys: int, values: int = 0) -> float:
    """Return the steps to put keys into one dict or set if their sender chose them so that they collide.

    keys: the number of keys with a known hash: all but texts, bytes, and naive dates and times.
    values: the number of values in composite keys (tuples, objects, integers above 64 bits), as far as comparing them
    takes time. Each key may be compared with each of these.
    """
    return keys * keys * PROBE + keys * values * COMPARISON
