"""Regular expressions that read a tree stream at the speed of C.

A tree stream has no memo. Every value is written out in full, so each byte pays for what it makes. The patterns match
runs of values. A value in a run is a leaf, or a list, dict or call that holds only leaves. Anything else ends the run,
and `simulation` handles it.

The patterns are compiled at the first envelope of another party, which takes about 30 ms.
"""

from __future__ import annotations

import re

from brine_codec.pickling.opcodes import TUPLE1

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    type MatchAt = Callable[[bytes, int], re.Match[bytes] | None]
    type Findall = Callable[[bytes, int, int], list[bytes]]

LONGEST_RUN = 10_000
"""Values in one match, after which the gate charges their cost."""
_SHORT, _LONGEST = 32, 128  # lengths of texts inside a value of a run; of texts that are a value of a run


def _counted(lengths: Iterable[int]) -> bytes:
    return b"|".join(re.escape(bytes([length])) + b".{%d}" % length for length in lengths)


def _text(longest: int) -> bytes:
    """Return a pattern for texts shorter than `longest`.

    Long texts are grouped by length, so that few alternatives are tried.
    """
    groups = [_counted(range(_SHORT))]
    for first in range(_SHORT, longest, 24):
        last = min(first + 24, longest)
        groups.append(rb"(?=[\x%02x-\x%02x])(?:%s)" % (first, last - 1, _counted(range(first, last))))
    return rb"\x8c(?:%s)" % b"|".join(groups)


_NUMBERS = rb"[N\x88\x89]|K.|M..|J.{4}|G.{8}"
_BYTES = rb"C(?:%s)" % _counted(range(13))
_KEY = _text(_SHORT)
_LEAF = b"|".join((_KEY, _NUMBERS, rb"\)", _BYTES))


def _containers(inside: bytes) -> bytes:
    """Return a pattern for a list, dict, tuple or call of values like `inside`. The pickler fills 1000 at a time."""
    return b"|".join(
        (
            rb"\}(?:\((?:%s(?:%s)){0,1000}+u|%s(?:%s)s|(?!\())" % (_KEY, inside, _KEY, _LEAF),
            rb"\](?:\((?:%s){0,1000}+e|(?:%s)a|(?!\())" % (inside, _LEAF),
            rb"\((?:%s){0,1000}+t" % inside,
            rb"h.(?:\((?:%s){0,1000}+t|(?:%s)(?:\x85|(?:%s)(?:\x86|(?:%s)\x87)))R" % (inside, _LEAF, _LEAF, _LEAF),
        )
    )


_SHORT_VALUE = b"|".join((_text(_LONGEST), _NUMBERS, rb"\)(?!R)", _BYTES))
_FLAT = b"|".join((_SHORT_VALUE, _containers(_LEAF)))
_NESTED = b"|".join((_SHORT_VALUE, _containers(b"|".join((_LEAF, _containers(_LEAF))))))
DEPTH_IN_RUN = 3
"""Nested containers in a value of a run."""


class Patterns:
    """The compiled patterns for runs of values like `value`."""

    def __init__(self, value: bytes) -> None:
        self._tuples: dict[int, tuple[MatchAt, Findall]] = {}
        most = b"{0,%d}+" % LONGEST_RUN
        self.values = re.compile(b"(?s)(?:%s)%s" % (value, most)).match
        """Matches a run of values."""
        self.pairs = re.compile(b"(?s)(?:%s(?:%s)(?=[\x8cus]))%s" % (_KEY, value, most)).match
        """Matches a run of pairs of a short text and a value, as in a dict. After each pair comes another key, or the
        end."""
        single = re.compile(b"(?s)(?:%s)" % value)
        self.value = single.match
        """Matches a single value."""
        self.each = single.findall
        """Finds each value of a run."""

    def tuples(self, kind: int) -> tuple[MatchAt, Findall]:
        """Return the match for a run of tuples of one to three leaves, and the function that finds each tuple.

        They are compiled at first use.
        kind: twice the number of leaves; plus one if a short text precedes each tuple, as in a dict.
        """
        if kind not in self._tuples:
            count = kind >> 1
            each = (_KEY if kind & 1 else b"") + b"(?:%s)" % _LEAF * count + bytes((TUPLE1 + count - 1,))
            run = re.compile(b"(?s)(?:%s){0,%d}+" % (each, LONGEST_RUN))
            self._tuples[kind] = run.match, re.compile(b"(?s)" + each).findall
        return self._tuples[kind]


LARGE = 100_000
"""Bytes of a stream from which the patterns also match nested containers; they take 50 ms more to compile."""
_compiled: dict[bool, Patterns] = {}


def patterns(size: int) -> Patterns:
    """Return the patterns for a stream of `size` bytes. They are compiled once."""
    large = size >= LARGE
    found = _compiled.get(large)
    if found is None:
        found = _compiled[large] = Patterns(_NESTED if large else _FLAT)
    return found
