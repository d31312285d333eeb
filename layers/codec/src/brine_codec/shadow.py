"""The unpickler's stack and memo with a weight in the place of every value.

An entry is 0 for a plain leaf; `(cost, depth, weight)` for anything composite, where depth counts nested containers,
weight counts values with each shared one as often as it is met, and cost says how far a sender can choose its hash;
a list `[kind, depth, weight]` for a container that is still being filled; or one of the names below for a callable.
"""

from __future__ import annotations

from brine_codec.errors import Forbidden, TooLarge

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Sequence

    from brine_codec.limits import Limits

    type Composite = tuple[int, int, int]
    type Entry = int | Composite | list[int] | str

REBUILD, MAKER, TYPE = "rebuild", "maker", "type"
LIST, DICT, SET = 1, 2, 3
BATCH = 1_000  # the pickler fills containers in batches of this

NOT_A_KEY = -1
BIG_INTEGER = (1, 0, 1)
BUFFER = (NOT_A_KEY, 0, 1)
EMPTY_TUPLE = (0, 1, 1)
_CLOCK = (0, 1, 2)  # a date, time or the like: hashed with the process's secret, or too narrow to collide

# What the estimate of memory counts, in bytes: a slot on the stack and in a container; a small text or number with
# its place in the memo; a dict or set beyond that; an object with the arguments that it was made of.
SLOT, MEMOISED, HASHED, OBJECT = 24, 64, 160, 700


class Shadow:
    """Follows the opcodes that build something. Raises Forbidden, TooLarge, or IndexError for an empty stack."""

    __slots__ = ("_bulk", "_hashed", "_limits", "_marks", "_nodes", "_weak_keys", "fence", "memo", "stack")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.stack: list[Entry] = []
        self.memo: list[Entry] = []
        self.fence = 0  # nothing below this may be popped
        self._marks: list[int] = []
        self._nodes = self._bulk = self._hashed = self._weak_keys = 0

    def finish(self) -> None:
        """One value is left, no mark, and no callable."""
        if len(self.stack) != 1 or self._marks or isinstance(self.stack[0], str):
            raise Forbidden("the stream does not end with one value")

    def charge(self, size: int) -> None:
        """Count bytes of memory, and check what was counted so far."""
        self._bulk += size
        if self._bulk + SLOT * (self._nodes + len(self.stack)) + MEMOISED * len(self.memo) > self._limits.memory:
            raise TooLarge(f"the object would take more than {self._limits.memory} bytes of memory")

    def share(self, container: list[int]) -> None:
        """BINGET of a container: as it is now, and not to be filled from here."""
        self.stack.append((NOT_A_KEY, container[1], container[2]))

    def keep(self, entry: Entry) -> None:
        self.stack.append(entry)
        self.memo.append(entry)

    def open(self, kind: int) -> None:
        """EMPTY_LIST, EMPTY_DICT, EMPTY_SET."""
        if kind != LIST:
            self._bulk += HASHED
        self.keep([kind, 1, 1])

    def mark(self) -> None:
        self._marks.append(self.fence)
        self.fence = len(self.stack)

    def pop(self, count: int) -> list[Entry]:
        stack = self.stack
        start = len(stack) - count
        if start < self.fence:
            raise Forbidden("the stream takes more than it has put down")
        items = stack[start:]
        del stack[start:]
        return items

    def pop_mark(self, most: int) -> list[Entry]:
        if not self._marks:
            raise Forbidden("the stream goes back to a mark that it has not set")
        items = self.stack[self.fence :]
        if len(items) > most:
            raise Forbidden("the stream fills a container in larger batches than the writer does")
        del self.stack[self.fence :]
        self.fence = self._marks.pop()
        return items

    def add(self, kind: int, items: Sequence[Entry]) -> None:
        """APPEND, APPENDS, SETITEM, SETITEMS, ADDITEMS: into the container on top, which must be a fresh one."""
        if len(self.stack) <= self.fence:
            raise Forbidden("the stream fills a container that it does not have")
        target = self.stack[-1]
        if not isinstance(target, list) or target[0] != kind:
            raise Forbidden("the stream fills what is not a container of that kind")
        if kind == DICT:
            if len(items) % 2:
                raise Forbidden("the stream has a key without a value")
            self._hash(items[::2])
        elif kind == SET:
            self._hash(items)
        depth, weight = self._measure(items)
        target[1] = max(target[1], depth)
        target[2] += weight - 1
        if target[2] > self._limits.nodes:
            raise TooLarge(f"the object expands to more than {self._limits.nodes} values")

    def close_tuple(self, items: Sequence[Entry]) -> None:
        """TUPLE, TUPLE1 to TUPLE3."""
        self.keep((1, *self._measure(items)))

    def close_frozenset(self, items: Sequence[Entry]) -> None:
        self._bulk += HASHED
        self._hash(items)
        self.keep((1, *self._measure(items)))

    def reduce(self) -> None:
        """Call: rebuild gives a maker, a maker an object, a type of datetime a clock value."""
        maker, arguments = self.pop(2)
        if not isinstance(arguments, tuple):
            raise Forbidden("the stream calls without arguments")
        if maker is REBUILD:
            self.keep(MAKER)
        elif maker is TYPE:
            self.keep(_CLOCK)
        elif maker is MAKER:
            self._bulk += OBJECT
            self.keep((5, arguments[1], arguments[2]))
        else:
            raise Forbidden("the stream calls what is not callable")

    def _measure(self, items: Sequence[Entry]) -> tuple[int, int]:
        """Depth and weight of a container of these."""
        self._nodes += len(items)
        depth, weight = 0, 1 + len(items)
        if any(items):
            for item in items:
                if isinstance(item, str):
                    raise Forbidden("the stream uses a callable as a value")
                if item:
                    depth = max(depth, item[1])  # type: ignore[index]  # 0 is the only int
                    weight += item[2] - 1  # type: ignore[index]  # as above
            if depth >= self._limits.depth:
                raise TooLarge(f"the object is nested deeper than {self._limits.depth}")
            if weight > self._limits.nodes:
                raise TooLarge(f"the object expands to more than {self._limits.nodes} values")
        return depth + 1, weight

    def _hash(self, keys: Sequence[Entry]) -> None:
        """Count what hashing these keys takes, and how many of them could be made to collide."""
        if not any(keys):
            return
        for key in keys:
            if key == 0:
                continue
            if not isinstance(key, tuple) or key[0] == NOT_A_KEY:
                raise Forbidden("the stream uses what cannot be hashed as a key")
            self._hashed += key[2]
            self._weak_keys += key[0]
        if self._hashed > self._limits.hashed:
            raise TooLarge(f"the object's keys hold more than {self._limits.hashed} values")
        if self._weak_keys > self._limits.weak_keys:
            raise TooLarge(f"the object has too many keys that could collide (weak_keys is {self._limits.weak_keys})")
