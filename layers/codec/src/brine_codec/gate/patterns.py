"""The language of a tree stream, as patterns that read it at the speed of C.

A tree stream has no memo: every value is written where it stands, so that each byte pays for what it makes. The
patterns swallow runs of values. A value in a run is a leaf, or a list, dict or call that holds leaves only; anything
else ends the run, and `gate` looks at it.

The patterns are compiled when the first envelope of another party is read or written: it takes about 30 ms.
"""

from __future__ import annotations

import re

from brine_codec.pickling.opcodes import TUPLE1

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    type Match = Callable[[bytes, int], re.Match[bytes] | None]
    type Findall = Callable[[bytes, int, int], list[bytes]]

LONGEST_RUN = 10_000
"""Values in one match, after which the gate looks at what they have cost so far."""
_SHORT, _LONGEST = 32, 128  # texts up to here are read in a value of a run; in a run itself


def _counted(lengths: Iterable[int]) -> bytes:
    return b"|".join(re.escape(bytes([length])) + b".{%d}" % length for length in lengths)


def _text(longest: int) -> bytes:
    """A text of up to so many bytes; the longer ones in groups, so that few alternatives are tried."""
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
    """A list, dict, tuple or call of values like `inside`; an empty list or dict. The pickler fills by the thousand."""
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
"""Containers inside each other, in a value of a run."""


class Patterns:
    """The compiled patterns for runs of values like `value`."""

    def __init__(self, value: bytes) -> None:
        self._tuples: dict[int, tuple[Match, Findall]] = {}
        most = b"{0,%d}+" % LONGEST_RUN
        self.values = re.compile(b"(?s)(?:%s)%s" % (value, most)).match
        """A run of values."""
        self.pairs = re.compile(b"(?s)(?:%s(?:%s)(?=[\x8cus]))%s" % (_KEY, value, most)).match
        """A run of pairs of a short text and a value, as in a dict: after each comes another key, or the end."""
        single = re.compile(b"(?s)(?:%s)" % value)
        self.value = single.match
        """A single value."""
        self.each = single.findall
        """The values of a run, one by one."""

    def tuples(self, kind: int) -> tuple[Match, Findall]:
        """A run of tuples of one, two or three leaves, and what finds each of them; compiled when first needed.

        kind: twice the number of leaves, and one more if a short text stands before each tuple, as in a dict.
        """
        if kind not in self._tuples:
            count = kind >> 1
            each = (_KEY if kind & 1 else b"") + b"(?:%s)" % _LEAF * count + bytes((TUPLE1 + count - 1,))
            run = re.compile(b"(?s)(?:%s){0,%d}+" % (each, LONGEST_RUN))
            self._tuples[kind] = run.match, re.compile(b"(?s)" + each).findall
        return self._tuples[kind]


LARGE = 100_000
"""Bytes of a stream from which on the patterns swallow containers of containers: they take 50 ms more to compile."""
_compiled: dict[bool, Patterns] = {}


def patterns(size: int) -> Patterns:
    """The patterns for a stream of so many bytes, compiled once."""
    large = size >= LARGE
    found = _compiled.get(large)
    if found is None:
        found = _compiled[large] = Patterns(_NESTED if large else _FLAT)
    return found
