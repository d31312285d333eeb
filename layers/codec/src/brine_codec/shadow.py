"""The unpickler's stack and memo with a weight in the place of every value.

On the stack, a number stands for that many plain leaves in a row; `(cost, depth, weight)` for anything composite, where
cost says how far a sender can choose its hash, depth counts containers inside of each other, and weight counts values,
a shared one as often as it is met; a list `[kind, depth, weight]` for a container that is being filled; a text for
what is no value (a callable, a buffer). The memo holds what is composite, by index; every other index below `memoised`
is a leaf.
"""

from __future__ import annotations

from brine_codec.errors import Forbidden, TooLarge

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable

    from brine_codec.limits import Limits

    type Weighed = tuple[int, int, int]
    type Composite = Weighed | list[int] | str
    type Entry = int | Composite

REBUILD, MAKER, TYPE, BUFFER = "rebuild", "maker", "type", "buffer"
LIST, DICT, SET, ARGUMENTS, FULL = range(
    5
)  # kinds; ARGUMENTS is a tuple with buffers inside, which only a maker may get
BATCH = 1_000  # the pickler fills containers with so many items at a time

NOT_A_KEY = -1
BIG_INTEGER = (1, 0, 1)
BYTEARRAY = (NOT_A_KEY, 0, 1)
EMPTY_TUPLE = (0, 1, 1)
OF_LEAVES = tuple((1, 1, 1 + count) for count in range(4))
CLOCK = (0, 1, 2)  # a date, time or the like: hashed with the process's secret, or too narrow to be made to collide

# What the estimate of memory counts, in bytes: a slot on the stack and in a container; a small text or number with its
# place in the memo; beyond that a container (or what is kept of it here); an object and the arguments it was made of,
# of which its maker may keep a copy, value by value; an opcode that takes more time than memory.
SLOT, MEMOISED, COMPOSITE, OBJECT, COPIED, TOIL = 24, 64, 200, 700, 64, 96


class Shadow:
    """Follows the opcodes that build something, one method each. Raises Forbidden or TooLarge."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.stack: list[Entry] = []
        self.memoised = 0
        self.buffers = 0
        self.composites: dict[int, Composite] = {}
        self._fence = 0  # what lies below may not be taken
        self._marks: list[int] = []
        self._nodes = self._bulk = self._hashed = self._weak_keys = 0

    def finish(self) -> None:
        """One value is left, no mark, and memory for all of it."""
        if self._marks or self._measure(self.stack)[0] != 1:
            raise Forbidden("the stream does not end with one value")
        self.charge(0)

    def charge(self, size: int) -> None:
        """Count bytes of memory, and check what was counted so far."""
        self._bulk += size
        slots = SLOT * (self._nodes + len(self.stack))
        kept = MEMOISED * self.memoised + COMPOSITE * len(self.composites)
        if self._bulk + slots + kept > self._limits.memory:
            raise TooLarge(f"the object would take more than {self._limits.memory} bytes of memory")

    def buffer(self) -> None:
        """NEXT_BUFFER."""
        self.buffers += 1
        self.stack.append(BUFFER)

    def keep(self, entry: Composite) -> None:
        """Push and memoise."""
        self.stack.append(entry)
        self.composites[self.memoised] = entry
        self.memoised += 1

    def share(self, entry: Composite) -> None:
        """Push what was memoised. A container comes as it is now, and is not to be filled from here."""
        if isinstance(entry, list) and entry[0] != ARGUMENTS:
            entry = (NOT_A_KEY, entry[1], entry[2])
        self.stack.append(entry)

    def take(self, count: int) -> list[Entry]:
        """Pop the topmost values; in their order."""
        stack, items = self.stack, []
        while count:
            if len(stack) <= self._fence:
                raise Forbidden("the stream takes what is not there")
            top = stack.pop()
            if isinstance(top, int):
                if top > count:
                    stack.append(top - count)
                    top = count
                count -= top
            else:
                count -= 1
            items.append(top)
        items.reverse()
        return items

    def toil(self) -> None:
        """Count an opcode that takes far longer to follow than a plain leaf."""
        self._bulk += TOIL

    def empty_tuple(self) -> None:
        """EMPTY_TUPLE."""
        self.toil()
        self.stack.append(EMPTY_TUPLE)

    def mark(self) -> None:
        """MARK. A container that is being filled has one."""
        if len(self._marks) > self._limits.depth:
            raise TooLarge(f"the object is nested deeper than {self._limits.depth}")
        self._marks.append(self._fence)
        self._fence = len(self.stack)

    def close_few(self, count: int) -> None:
        """TUPLE1 to TUPLE3, which are mostly of leaves."""
        top = self.stack[-1]
        if not isinstance(top, int) or top < count or len(self.stack) <= self._fence:
            self.close(self.take(count))
            return
        if top == count:
            self.stack.pop()
        else:
            self.stack[-1] = top - count
        self._nodes += count
        self.keep(OF_LEAVES[count])

    def close_frozenset(self) -> None:
        """FROZENSET."""
        items = self.to_mark()
        self._hash(items, 1)
        self.close(items)

    def reduce(self) -> None:
        """Call: rebuild gives a maker, a maker an object, a type of datetime a clock value."""
        if len(self.stack) - 2 < self._fence:
            raise Forbidden("the stream calls what is not there")
        arguments, maker = self.stack.pop(), self.stack.pop()
        if not isinstance(arguments, tuple) and not (
            isinstance(arguments, list) and arguments[0] == ARGUMENTS and maker is MAKER
        ):
            raise Forbidden("the stream calls without arguments")
        if maker is MAKER:
            self._bulk += OBJECT + COPIED * arguments[2]
            self.keep((5, arguments[1], arguments[2]))
        elif maker is TYPE:
            self.keep(CLOCK)
        elif maker is REBUILD:
            self.keep(MAKER)
        else:
            raise Forbidden("the stream calls what is not callable")

    def to_mark(self) -> list[Entry]:
        """Pop everything down to the last mark; in its order."""
        if not self._marks:
            raise Forbidden("the stream goes back to a mark that it has not set")
        items = self.stack[self._fence :]
        del self.stack[self._fence :]
        self._fence = self._marks.pop()
        return items

    def fill(self, kind: int, items: list[Entry], most: int) -> None:
        """Put items into the container on top, which must be one that was just begun."""
        target = self.stack[-1] if len(self.stack) > self._fence else 0
        if not isinstance(target, list) or target[0] != kind:
            raise Forbidden("the stream fills what is not a container of that kind")
        count, depth, weight = self._measure(items)
        if count > most or (kind == DICT and count % 2):
            raise Forbidden("the stream fills a container otherwise than the writer does")
        if count < most or most < BATCH:  # more comes only after a whole batch
            target[0] = FULL
        if kind != LIST:
            self._hash(items, 2 if kind == DICT else 1)
        if depth >= target[1]:
            target[1] = depth + 1
        target[2] += weight
        if target[2] > self._limits.nodes:
            raise TooLarge(f"the object expands to more than {self._limits.nodes} values")

    def close(self, items: list[Entry]) -> None:
        """Make a tuple or frozenset of items."""
        if self.buffers and BUFFER in items:
            _, depth, weight = self._measure([1 if item is BUFFER else item for item in items])
            self.keep([ARGUMENTS, depth + 1, weight + 1])
        else:
            _, depth, weight = self._measure(items)
            self.keep((1, depth + 1, weight + 1))

    def _measure(self, items: list[Entry]) -> tuple[int, int, int]:
        """How many these are, the depth of the deepest, and their weight together."""
        if len(items) == 1 and isinstance(count := items[0], int):
            self._nodes += count
            return count, 0, count
        count = depth = weight = 0
        for item in items:
            if isinstance(item, int):
                count += item
                weight += item
            elif isinstance(item, str) or (isinstance(item, list) and item[0] == ARGUMENTS):
                raise Forbidden("the stream uses a callable or a buffer as a value")
            else:
                count += 1
                depth = max(depth, item[1])
                weight += item[2]
        self._nodes += count
        if depth > self._limits.depth:
            raise TooLarge(f"the object is nested deeper than {self._limits.depth}")
        if weight > self._limits.nodes:
            raise TooLarge(f"the object expands to more than {self._limits.nodes} values")
        return count, depth, weight

    def _hash(self, items: list[Entry], every: int) -> None:
        """Count what hashing each (or each second) of these takes, and how many could be made to collide."""
        if len(items) == 1 and isinstance(items[0], int):
            return
        place = 0
        for item in items:
            if isinstance(item, int):
                place += item
                continue
            if place % every == 0:
                if not isinstance(item, tuple) or item[0] == NOT_A_KEY:
                    raise Forbidden("the stream uses what cannot be hashed as a key")
                self._weak_keys += item[0]
                self._hashed += item[2]
            place += 1
        if self._hashed > self._limits.hashed:
            raise TooLarge(f"the object's keys hold more than {self._limits.hashed} values")
        if self._weak_keys > self._limits.weak_keys:
            raise TooLarge(f"the object has too many keys that could collide (weak_keys is {self._limits.weak_keys})")


PLAIN: dict[int, Callable[[Shadow], None]] = {
    ord("("): Shadow.mark,
    ord("a"): lambda shadow: shadow.fill(LIST, shadow.take(1), 1),
    ord("e"): lambda shadow: shadow.fill(LIST, shadow.to_mark(), BATCH),
    ord("s"): lambda shadow: shadow.fill(DICT, shadow.take(2), 2),
    ord("u"): lambda shadow: shadow.fill(DICT, shadow.to_mark(), 2 * BATCH),
    0x90: lambda shadow: shadow.fill(SET, shadow.to_mark(), BATCH),
    ord(")"): Shadow.empty_tuple,
}
"""What opcodes do that have no argument: MARK, APPEND, APPENDS, SETITEM, SETITEMS, ADDITEMS, EMPTY_TUPLE."""

MEMOISED_AFTER: dict[int, Callable[[Shadow], None]] = {
    ord("]"): lambda shadow: shadow.keep([LIST, 1, 1]),
    ord("}"): lambda shadow: shadow.keep([DICT, 1, 1]),
    0x8F: lambda shadow: shadow.keep([SET, 1, 1]),
    ord("t"): lambda shadow: shadow.close(shadow.to_mark()),
    0x85: lambda shadow: shadow.close_few(1),
    0x86: lambda shadow: shadow.close_few(2),
    0x87: lambda shadow: shadow.close_few(3),
    0x91: Shadow.close_frozenset,
    ord("R"): Shadow.reduce,
}
"""Likewise, always followed by MEMOIZE: EMPTY_LIST, EMPTY_DICT, EMPTY_SET, TUPLE, TUPLE1 to 3, FROZENSET, REDUCE."""
