"""The unpickler's stack with a kind in the place of every value.

An entry of the stack is a number for a leaf, a list `[kind, depth, values]` for anything composite, or a tuple
`(start, end, kind)` for a run of values that are looked at only if need be. `depth` counts containers inside each
other, `values` what is inside, for the price of comparing it. The kind of a run is odd if it alternates short texts and
values; half of it says how many leaves each value has, if they are small tuples.
"""

from __future__ import annotations

from brine_codec.errors import Forbidden, TooLarge
from brine_codec.gate.budget import steps_for_keys
from brine_codec.gate.patterns import DEPTH_IN_RUN, patterns
from brine_codec.pickling import opcodes as op

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable

    from brine_codec.gate.budget import Budget
    from brine_codec.limits import Limits
    from brine_codec.pickling.makers import Maker

    type Composite = list[int]
    type Run = tuple[int, int, int]
    type Entry = int | Composite | Run

STRONG, WEAK, BUFFER = range(3)
"""Leaves: texts and bytes, whose hash depends on this process's secret; others; what only arguments hold."""
LIST, DICT, SET, TUPLE, ARGUMENTS, OBJECT, STRONG_OBJECT, MAKER = range(8)
"""Composites. A TUPLE may be a frozenset, or an integer above 64 bits; ARGUMENTS are a tuple with a buffer inside."""
MEMORY_PER_BYTE, STEPS_PER_BYTE = 20, 0.6
"""What a byte in a run may come to, at most, beside what the gate counts by opcode."""
PORTION = 100_000
"""Bytes of runs that are paid for at once, after they were read."""
EVENT = 32
"""What an opcode outside of runs costs, in bytes of a run."""
LOOK, FILL = 5, 35
"""Steps to look at one value of a run; to look at the keys of one dict or set."""
DEAR, DEAR_PAIR = 100, 3
"""The weight from which on a key counts as dear, since Python keeps the hashes of some in one table for the process;
steps for each pair of dear keys in a message."""
WIDE, COPIED = 5, 2
"""Bytes that one of a long text may come to, as a wide character; that one of long bytes comes to."""
MEMBER = 70
"""Bytes that a member takes in a set that has just grown, beside its own."""


class Simulation:
    """One reading of one stream from `pos` on. Raises Forbidden, TooLarge, or IndexError for an early end."""

    def __init__(self, stream: bytes, pos: int, limits: Limits, budget: Budget, makers: dict[int, Maker]) -> None:
        self._stream = stream
        self._pos = pos
        self._limits = limits
        self._deepest = limits.depth + DEPTH_IN_RUN  # values of runs count as if they were as deep as they may be
        self._budget = budget
        self._makers = makers
        self._dear = [
            (bytes((op.BINGET, index)), maker.weight) for index, maker in makers.items() if maker.weight > DEAR
        ]
        self._dear_keys = 0
        self._patterns = patterns(len(stream))
        self._stack: list[Entry] = []
        self._contexts: list[tuple[int, bool]] = [(0, False)]
        """For each mark, what lies below it on the stack and may not be taken; whether pairs are expected above it."""
        self._stopped = False
        self.buffers = 0
        self.texts: list[tuple[int, int]] = []
        """Where the long texts lie, whose bytes are no opcodes."""

    def run(self) -> None:
        """Follow the stream to its STOP."""
        stream, stack, contexts, pos = self._stream, self._stack, self._contexts, self._pos
        values, pairs = self._patterns.values, self._patterns.pairs
        read = 0
        while pos < len(stream):
            strict = contexts[-1][1]
            end = (pairs if strict else values)(stream, pos).end()  # type: ignore[union-attr]  # both match nothing too
            if end > pos:
                stack.append((pos, end, strict))
            opcode = stream[end]
            read += end - pos + EVENT
            if read > PORTION:
                self._budget.spend(0, STEPS_PER_BYTE * read)
                read = 0
            if strict and opcode == op.SHORT_BINUNICODE:
                pos = self._key(end)
            elif opcode in HANDLERS:
                pos = HANDLERS[opcode](self, end)
            elif strict or end > pos:  # these are no pairs; or the run was as long as one may be
                contexts[-1] = (contexts[-1][0], False)
                pos = end
            else:
                raise Forbidden(f"the stream has opcode 0x{opcode:02x} where the writer never writes it")
        if not self._stopped:
            raise IndexError
        self._budget.spend(0, STEPS_PER_BYTE * read)

    def _key(self, pos: int) -> int:
        """Push a key, which is longer than those in runs or has no value of a run; and the value if it is one."""
        stream, stack, start = self._stream, self._stack, pos + 2 + self._stream[pos + 1]
        match = self._patterns.value(stream, start)
        end = start if match is None else match.end()
        if end > start and stream[end] not in _AFTER_A_PAIR:
            for kind in (5, 7, 3):
                run: int = self._patterns.tuples(kind)[0](stream, pos).end()  # type: ignore[union-attr]  # or nothing
                if run > pos:
                    stack.append((pos, run, kind))
                    return run
        stack.append(STRONG)
        if end > start:
            stack.append((start, end, 0))
        return end

    def _mark(self, pos: int, *, strict: bool) -> int:
        if len(self._contexts) > self._limits.depth:
            raise TooLarge(f"the object is nested deeper than {self._limits.depth}")
        self._contexts.append((len(self._stack), strict))
        return pos + 1

    def _take(self, count: int) -> list[Entry]:
        """Pop the topmost values; in their order."""
        stack = self._stack
        items: list[Entry] = []
        while len(items) < count:
            if len(stack) <= self._contexts[-1][0]:
                raise Forbidden("the stream takes what is not there")
            top = stack.pop()
            if type(top) is tuple:
                stack.extend(self._each(top))
            else:
                items.append(top)
        items.reverse()
        return items

    def _target(self, kind: int) -> Composite:
        """The container on top of the stack, which must be of this kind."""
        top = self._stack[-1]
        if type(top) is tuple:
            self._stack += self._take(1)
            top = self._stack[-1]
        if not isinstance(top, list) or top[0] != kind:
            raise Forbidden("the stream fills what is not a container of that kind")
        return top

    def _to_mark(self) -> list[Entry]:
        """Pop everything down to the last mark; in its order."""
        if len(self._contexts) == 1:
            raise Forbidden("the stream goes back to a mark that it has not set")
        fence, _ = self._contexts.pop()
        items = self._stack[fence:]
        del self._stack[fence:]
        return items

    def _each(self, run: Run) -> list[Entry]:
        """The values of a run."""
        entries: list[Entry] = []
        if leaves := run[2] >> 1:
            _, each = self._patterns.tuples(run[2])
            count = len(each(self._stream, run[0], run[1]))
            unit: list[Entry] = [STRONG, [TUPLE, 1, leaves]] if run[2] & 1 else [[TUPLE, 1, leaves]]
            self._budget.spend(0, LOOK * count)
            return unit * count
        for token in self._patterns.each(self._stream, run[0], run[1]):
            first = token[0]
            if first in (op.SHORT_BINUNICODE, op.SHORT_BINBYTES):
                entries.append(STRONG)
            elif first == op.BINGET:
                entries.append(self._object(token[1], DEPTH_IN_RUN, self._inside(token)))
            elif first == op.MARK:
                entries.append([TUPLE, DEPTH_IN_RUN, self._inside(token)])
            elif first in _EMPTY:
                entries.append([_EMPTY[first], DEPTH_IN_RUN if len(token) > 1 else 1, len(token) // 2])
            else:
                entries.append(WEAK)
        self._budget.spend(0, LOOK * len(entries))
        return entries

    def _inside(self, token: bytes) -> int:
        """The same of one value of a run."""
        return len(token) // 2 + sum([price * token.count(call, 1) for call, price in self._dear])

    def _values(self, start: int, end: int) -> int:
        """About how many values lie in a part of the stream, as long as comparing them takes."""
        dear = sum([price * self._stream.count(call, start, end) for call, price in self._dear])
        return (end - start) // 2 + dear

    def _object(self, index: int, depth: int, values: int) -> Composite:
        maker = self._makers.get(index)
        if maker is None:
            raise Forbidden("the stream calls a maker that it has not introduced")
        if maker.multiplies:
            return [OBJECT, depth, (values + maker.weight) ** 2]
        return [STRONG_OBJECT if maker.strong else OBJECT, depth, values + maker.weight]

    def _measure(self, items: list[Entry]) -> tuple[int, int]:
        """The depth of the deepest of these, and how many values they are together."""
        depth = values = 0
        for item in items:
            if type(item) is tuple:
                depth = max(depth, DEPTH_IN_RUN)
                values += self._values(item[0], item[1])
            elif isinstance(item, list):
                if item[0] in (MAKER, ARGUMENTS):
                    raise Forbidden("the stream uses a callable or a buffer as a value")
                depth = max(depth, item[1])
                values += item[2]
            elif item == BUFFER:
                raise Forbidden("the stream uses a buffer as a value")
            values += 1
        if depth > self._deepest:
            raise TooLarge(f"the object is nested deeper than {self._limits.depth}")
        return depth, values

    def _fill(self, kind: int, items: list[Entry]) -> None:
        target = self._target(kind)
        if len(items) == 1 and type(items[0]) is tuple and (kind == LIST or (kind == DICT and items[0][2] & 1)):
            target[1] = max(target[1], DEPTH_IN_RUN + 1)
            target[2] += (items[0][1] - items[0][0]) // 2
            return
        depth, values = self._measure(items)
        target[1] = max(target[1], depth + 1)
        target[2] += values
        if kind != LIST:
            self._hash(target, items, 2 if kind == DICT else 1)

    def _hash(self, target: Composite, items: list[Entry], every: int) -> None:
        """Pay for hashing each (or each second) of these into `target`, which remembers its keys of before."""
        keys, values = target[3:] or (0, 0)
        paid = steps_for_keys(keys, values)
        place = 0
        for item in items:
            if type(item) is tuple and item[2] & 1 and every == 2 and place % 2 == 0:
                continue  # pairs of a text and a value
            for entry in self._each(item) if type(item) is tuple else (item,):
                if place % every == 0:
                    if isinstance(entry, list):
                        if entry[0] in (LIST, DICT, SET):
                            raise Forbidden("the stream uses what cannot be hashed as a key")
                        if entry[0] != STRONG_OBJECT:
                            keys, values = keys + 1, values + entry[2] + 1
                            self._dear_keys += entry[2] > DEAR
                            self._budget.spend(0, DEAR_PAIR * self._dear_keys * (entry[2] > DEAR))
                    elif entry == WEAK:
                        keys += 1
                place += 1
        if place % every:
            raise Forbidden("the stream fills a dict with a key that has no value")
        target[3:] = keys, values
        members = place if every == 1 else 0
        self._budget.spend(MEMBER * members, FILL + steps_for_keys(keys, values) - paid)

    def _close(self, items: list[Entry]) -> None:
        """Make a tuple."""
        kind = TUPLE
        if BUFFER in items:
            kind, items = ARGUMENTS, [item for item in items if item != BUFFER]
        depth, values = self._measure(items)
        self._stack.append([kind, depth + 1, values])

    def _call(self, pos: int, depth: int, values: int) -> None:
        """Put the object of a call, which ends here, in the place of the maker."""
        if len(self._stack) <= self._contexts[-1][0]:
            raise Forbidden("the stream calls what is not there")
        maker = self._stack.pop()
        if not isinstance(maker, list) or maker[0] != MAKER:
            raise Forbidden("the stream calls what is no maker")
        self._stack.append(self._object(maker[2], depth, values))
        known, inside = self._makers[maker[2]], pos - maker[1]
        self._budget.spend(known.memory_inside * inside, known.steps_inside * inside)

    # One method for each opcode: it takes the place of the opcode and returns that of the next.

    def mark(self, pos: int) -> int:
        """MARK."""
        top = self._stack[-1] if self._stack else WEAK
        return self._mark(pos, strict=isinstance(top, list) and top[0] == DICT)

    def empty(self, pos: int) -> int:
        """EMPTY_LIST, EMPTY_DICT, EMPTY_SET, and the MARK after it if it is filled at once; EMPTY_TUPLE."""
        opcode = self._stream[pos]
        self._stack.append([_EMPTY[opcode], 1, 0])
        if self._stream[pos + 1] == op.MARK and opcode != op.EMPTY_TUPLE:
            return self._mark(pos + 1, strict=opcode == op.EMPTY_DICT)
        return pos + 1

    def append(self, pos: int) -> int:
        """APPEND."""
        self._fill(LIST, self._take(1))
        return pos + 1

    def appends(self, pos: int) -> int:
        """APPENDS."""
        self._fill(LIST, self._to_mark())
        return pos + 1

    def setitem(self, pos: int) -> int:
        """SETITEM."""
        self._fill(DICT, self._take(2))
        return pos + 1

    def setitems(self, pos: int) -> int:
        """SETITEMS."""
        self._fill(DICT, self._to_mark())
        return pos + 1

    def additems(self, pos: int) -> int:
        """ADDITEMS."""
        self._fill(SET, self._to_mark())
        return pos + 1

    def tuple_of_few(self, pos: int) -> int:
        """TUPLE1, TUPLE2, TUPLE3, and tuples of as many leaves after it: rows come in numbers."""
        count = self._stream[pos] - op.TUPLE1 + 1
        self._close(self._take(count))
        kind = 2 * count + self._contexts[-1][1]
        run, _ = self._patterns.tuples(kind)
        end: int = run(self._stream, pos + 1).end()  # type: ignore[union-attr]  # it matches nothing too
        if end > pos + 1:
            self._stack.append((pos + 1, end, kind))
        return end

    def tuple_of_many(self, pos: int) -> int:
        """TUPLE, and the REDUCE after it if there is one: nearly all tuples are the arguments of a call."""
        items = self._to_mark()
        if self._stream[pos + 1] != op.REDUCE:
            self._close(items)
            return pos + 1
        if BUFFER in items:
            items = [item for item in items if item != BUFFER]
        depth, values = self._measure(items)
        self._call(pos, depth + 1, values)
        return pos + 2

    def frozenset(self, pos: int) -> int:
        """FROZENSET."""
        items = self._to_mark()
        depth, values = self._measure(items)
        made = [TUPLE, depth + 1, values]
        self._hash(made, items, 1)
        self._stack.append([TUPLE, depth + 1, (values + 4) * max(1, made[3])])  # each is looked for among all others
        return pos + 1

    def maker(self, pos: int) -> int:
        """BINGET, since the memo holds makers only, and the MARK after it."""
        self._stack.append([MAKER, pos, self._stream[pos + 1]])
        if self._stream[pos + 2] == op.MARK:
            return self._mark(pos + 2, strict=False)
        return pos + 2

    def call(self, pos: int) -> int:
        """REDUCE: a maker with a tuple of its own."""
        (arguments,) = self._take(1)
        if not isinstance(arguments, list) or arguments[0] not in (TUPLE, ARGUMENTS):
            raise Forbidden("the stream calls without arguments")
        self._call(pos, arguments[1], arguments[2])
        return pos + 1

    def short(self, pos: int) -> int:
        """SHORT_BINUNICODE, SHORT_BINBYTES."""
        self._stack.append(STRONG)
        return pos + 2 + self._stream[pos + 1]

    def long_text(self, pos: int) -> int:
        """BINUNICODE, BINBYTES, BYTEARRAY8."""
        array = self._stream[pos] == op.BYTEARRAY8
        start = pos + (9 if array else 5)
        end = start + int.from_bytes(self._stream[pos + 1 : start], "little")
        if end - start < 256 and not array:
            raise Forbidden("the stream has a short text in its long form")
        if end > len(self._stream):
            raise IndexError
        self.texts.append((start, end))
        self._budget.spend((WIDE if self._stream[pos] == op.BINUNICODE else COPIED) * (end - start), 0)
        self._stack.append(WEAK if array else STRONG)
        return end

    def long(self, pos: int) -> int:
        """LONG1, LONG4."""
        width = 1 if self._stream[pos] == op.LONG1 else 4
        start = pos + 1 + width
        size = int.from_bytes(self._stream[pos + 1 : start], "little")
        if size * 8 > self._limits.integer_bits + 8:  # its sign may take a byte more
            raise TooLarge(f"the object has an integer of more than {self._limits.integer_bits} bits")
        self._stack.append(
            WEAK if size <= 8 else [TUPLE, 0, 1 + size * size // 180]
        )  # as dear as turning it to decimal
        return start + size

    def buffer(self, pos: int) -> int:
        """NEXT_BUFFER, and READONLY_BUFFER after it."""
        self.buffers += 1
        self._stack.append(BUFFER)
        return pos + (2 if self._stream[pos + 1] == op.READONLY_BUFFER else 1)

    def stop(self, pos: int) -> int:
        """STOP."""
        if pos + 1 != len(self._stream):
            raise Forbidden("the stream goes on after its end")
        self._measure(self._take(1))
        if len(self._contexts) > 1 or self._stack:
            raise Forbidden("the stream does not end with one value")
        self._stopped = True
        return pos + 1


_AFTER_A_PAIR = frozenset((op.SHORT_BINUNICODE, op.SETITEMS, op.SETITEM, op.STOP))
_EMPTY = {op.EMPTY_LIST: LIST, op.EMPTY_DICT: DICT, op.EMPTY_SET: SET, op.EMPTY_TUPLE: TUPLE}
HANDLERS: dict[int, Callable[[Simulation, int], int]] = {
    op.MARK: Simulation.mark,
    op.EMPTY_LIST: Simulation.empty,
    op.EMPTY_DICT: Simulation.empty,
    op.EMPTY_SET: Simulation.empty,
    op.EMPTY_TUPLE: Simulation.empty,
    op.APPEND: Simulation.append,
    op.APPENDS: Simulation.appends,
    op.SETITEM: Simulation.setitem,
    op.SETITEMS: Simulation.setitems,
    op.ADDITEMS: Simulation.additems,
    op.TUPLE: Simulation.tuple_of_many,
    op.TUPLE1: Simulation.tuple_of_few,
    op.TUPLE2: Simulation.tuple_of_few,
    op.TUPLE3: Simulation.tuple_of_few,
    op.FROZENSET: Simulation.frozenset,
    op.BINGET: Simulation.maker,
    op.REDUCE: Simulation.call,
    op.SHORT_BINUNICODE: Simulation.short,
    op.SHORT_BINBYTES: Simulation.short,
    op.BINUNICODE: Simulation.long_text,
    op.BINBYTES: Simulation.long_text,
    op.BYTEARRAY8: Simulation.long_text,
    op.LONG1: Simulation.long,
    op.LONG4: Simulation.long,
    op.NEXT_BUFFER: Simulation.buffer,
    op.STOP: Simulation.stop,
}
"""What each opcode outside of runs does."""
