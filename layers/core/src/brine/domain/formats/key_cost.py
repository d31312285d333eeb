"""The cost of comparing keys, for `brine_codec.gate.collisions`."""

from __future__ import annotations

from pickle import PickleBuffer
from typing import TYPE_CHECKING, Any

from brine_codec import CodecError

if TYPE_CHECKING:
    from brine_codec import Vocabulary

_PLAIN = frozenset({tuple, list, dict, set, frozenset})


def comparison_cost(key: Any, vocabulary: Vocabulary) -> float:
    """Return the most machine words that a comparison of the key with another key of the same hash reads."""
    kind = type(key)
    if kind is int:
        return 1 + int(key).bit_length() // 512
    if kind in {str, bytes}:
        return 1 + len(key) // 256
    if kind is PickleBuffer:
        return 1 + memoryview(key).nbytes // 256
    if kind in _PLAIN:
        words = 1.0
        for part in key.items() if kind is dict else key:
            words += comparison_cost(part, vocabulary)
        return words if kind in {tuple, list} else (words + 3) * len(key)  # searches each member in the other key
    try:
        maker, values = vocabulary.reduce(key)
    except CodecError:  # one of datetime's
        return 20.0
    return 4.0 * maker.steps + comparison_cost(values, vocabulary)
