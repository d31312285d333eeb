"""What reading one message may cost: bytes of memory, and steps of time.

A sender who holds a key can make a small message mean a large or a slow object. So each message gets a budget that
grows with its size, and all that is made of the message draws from it: containers, texts, keys, and every call of a
maker. There is one budget for a message, and nothing else counts.
"""

from __future__ import annotations

from brine_codec.errors import TooLarge

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from brine_codec.limits import Limits

MEBIBYTE = 1024 * 1024

MEMORY, MEMORY_PER_BYTE = 36 * MEBIBYTE, 1_000
"""Bytes that a message of no size may take, and those that each of its bytes adds, up to 256 MiB."""
MEMORY_LATER = 256
"""Bytes for each byte of a message above a MiB, up to `Limits.memory`."""
STEPS, STEPS_PER_BYTE, STEPS_LATER = 1_200_000, 20, 10
"""Steps of about 100 ns: of a message of no size, of each of its bytes, and of each byte above half a MiB."""

PROBE, COMPARISON = 1 / 130, 1 / 4
"""Steps of one look at a slot of a hash table that another key has taken; of comparing one value with another."""


class Budget:
    """What is left for one message of `size` bytes, as it came: compressed, if it was."""

    __slots__ = ("memory", "steps")

    def __init__(self, limits: Limits, size: int) -> None:
        first = min(MEMORY + MEMORY_PER_BYTE * size, MEMORY_LATER * MEBIBYTE)
        self.memory: float = min(limits.memory, max(first, MEMORY_LATER * size))
        early = min(size, MEBIBYTE // 2)
        self.steps: float = STEPS + STEPS_PER_BYTE * early + STEPS_LATER * (size - early)

    def spend(self, memory: float, steps: float) -> None:
        """Draw bytes and steps. Raises TooLarge when one of them is used up."""
        self.memory -= memory
        self.steps -= steps
        if self.memory < 0:
            raise TooLarge("the object would take more memory than a message of this size may")
        if self.steps < 0:
            raise TooLarge("the object would take more time than a message of this size may")


def steps_for_keys(keys: int, values: int = 0) -> float:
    """Steps to put keys into one dict or set, if their sender chose them so that they collide.

    keys: those whose hash does not depend on this process's secret: all but texts, bytes, and naive dates and times.
    values: how many values lie in those of them that are composite, as long as comparing them takes: tuples, objects,
    integers above 64 bits. Each key may be compared with each of these.
    """
    return keys * keys * PROBE + keys * values * COMPARISON
