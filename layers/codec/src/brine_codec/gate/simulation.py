"""The simulated stack of the unpickler: it holds a kind in the place of each value.

An entry of the stack is one of three:

- a number for a leaf;
- a list `[kind, depth, values]` for a composite value. `depth` counts nested containers. `values` counts the values
  inside, for the cost of comparing it;
- a tuple `(start, end, kind)` for a run of values, which is expanded only if necessary. The kind is odd if the run
  alternates short texts and values. Half of the kind is the number of leaves of each value, if they are small tuples.
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
    type StackEntry = int | Composite | Run

RANDOM_HASH, KNOWN_HASH, BUFFER = range(3)
"""Leaves: texts and bytes, which have a randomized hash; all others; a buffer, which may only be an argument."""
LIST, DICT, SET, TUPLE, ARGUMENTS, OBJECT, RANDOM_HASH_OBJECT, MAKER = range(8)
"""Composites. A TUPLE may also be a frozenset, or an integer above 64 bits. ARGUMENTS: a tuple with a buffer inside."""
MEMORY_PER_BYTE, STEPS_PER_BYTE = 20, 0.6
"""Cost of a byte in a run at most, besides the opcodes that `tree` counts."""
CHARGED_AT_ONCE = 100_000
"""Bytes of runs that are charged at once, after they were read."""
BYTES_PER_OPCODE = 32
"""Cost of an opcode outside of runs, as bytes of a run."""
STEPS_PER_VALUE, STEPS_PER_FILL = 5, 35
"""Steps for one value of an expanded run; for the keys of one dict or set."""
EXPENSIVE, EXPENSIVE_PAIR = 100, 3
"""Comparisons from which a key counts as expensive; steps for each pair of expensive keys in a message. Python keeps
the hashes of some of these keys in one table for the whole process."""
MEMORY_PER_TEXT_BYTE, MEMORY_PER_BYTES_BYTE = 5, 2
"""Bytes for each byte of a long text, which may be of wide characters; for each byte of long bytes."""
MEMORY_PER_MEMBER = 70
"""Bytes for a member of a set that has just grown, besides the member itself."""


class Simulation:
    """One reading of one stream from `pos` on. Raises Forbidden, TooLarge, or IndexError if the stream ends early."""

    def __init__(self, stream: bytes, pos: int, limits: Limits, budget: Budget, makers: dict[int, Maker]) -> None:
        self._stream = stream
        self._pos = pos
        self._limits = limits
        # each value of a run counts with the largest depth that it may have
        self._deepest = limits.depth + DEPTH_IN_RUN
        self._budget = budget
        self._makers = makers
        self._expensive = [
            (bytes((op.BINGET, index)), maker.comparisons)
            for index, maker in makers.items()
            if maker.comparisons > EXPENSIVE
        ]
        self._expensive_keys = 0
        self._patterns = patterns(len(stream))
        self._stack: list[StackEntry] = []
        self._marks: list[tuple[int, bool]] = [(0, False)]
        """For each MARK: the height of the stack below it, which may not be popped; whether pairs are expected above
        it."""
        self._stopped = False
        self.buffers = 0
        self.texts: list[tuple[int, int]] = []
        """The positions of the long texts. Their bytes are no opcodes."""

    def run(self) -> None:
        """Follow the stream to its STOP."""
        stream, stack, marks, pos = self._stream, self._stack, self._marks, self._pos
        values, pairs = self._patterns.values, self._patterns.pairs
        read = 0
        while pos < len(stream):
            strict = marks[-1][1]
            end = (pairs if strict else values)(stream, pos).end()  # type: ignore[union-attr]  # both also match an empty run
            if end > pos:
                stack.append((pos, end, strict))
            opcode = stream[end]
            read += end - pos + BYTES_PER_OPCODE
            if read > CHARGED_AT_ONCE:
                self._budget.spend(0, STEPS_PER_BYTE * read)
                read = 0
            if strict and opcode == op.SHORT_BINUNICODE:
                pos = self._key(end)
            elif opcode in HANDLERS:
                pos = HANDLERS[opcode](self, end)
            elif strict or end > pos:  # not pairs, or the run has its largest length
                marks[-1] = (marks[-1][0], False)
                pos = end
            else:
                raise Forbidden(f"the stream has opcode 0x{opcode:02x} where the writer never writes it")
        if not self._stopped:
            raise IndexError
        self._budget.spend(0, STEPS_PER_BYTE * read)

    def _key(self, pos: int) -> int:
        """Push a key that no run can hold, because it is long or its value is not simple.

        Push the value too if it is simple.
        """
        stream, stack, start = self._stream, self._stack, pos + 2 + self._stream[pos + 1]
        match = self._patterns.value(stream, start)
        end = start if match is None else match.end()
        if end > start and stream[end] not in _AFTER_A_PAIR:
            for kind in (5, 7, 3):
                run: int = self._patterns.tuples(kind)[0](stream, pos).end()  # type: ignore[union-attr]  # also an empty run
                if run > pos:
                    stack.append((pos, run, kind))
                    return run
        stack.append(RANDOM_HASH)
        if end > start:
            stack.append((start, end, 0))
        return end

    def _mark(self, pos: int, *, strict: bool) -> int:
        if len(self._marks) > self._limits.depth:
            raise TooLarge(f"the object is nested deeper than {self._limits.depth}")
        self._marks.append((len(self._stack), strict))
        return pos + 1

    def _pop(self, count: int) -> list[StackEntry]:
        """Pop the topmost `count` values. Return them in their order."""
        stack = self._stack
        items: list[StackEntry] = []
        while len(items) < count:
            if len(stack) <= self._marks[-1][0]:
                raise Forbidden("the stream pops from an empty stack")
            top = stack.pop()
            if type(top) is tuple:
                stack.extend(self._expand(top))
            else:
                items.append(top)
        items.reverse()
        return items

    def _target(self, kind: int) -> Composite:
        """Return the container on top of the stack. Raises Forbidden unless it is of this kind."""
        top = self._stack[-1]
        if type(top) is tuple:
            self._stack += self._pop(1)
            top = self._stack[-1]
        if not isinstance(top, list) or top[0] != kind:
            raise Forbidden("the stream adds items to a value that is not a container of that kind")
        return top

    def _pop_to_mark(self) -> list[StackEntry]:
        """Pop all entries down to the last MARK. Return them in their order."""
        if len(self._marks) == 1:
            raise Forbidden("the stream pops to a MARK that it has not pushed")
        fence, _ = self._marks.pop()
        items = self._stack[fence:]
        del self._stack[fence:]
        return items

    def _expand(self, run: Run) -> list[StackEntry]:
        """Return the values of a run, one by one."""
        entries: list[StackEntry] = []
        if leaves := run[2] >> 1:
            _, each = self._patterns.tuples(run[2])
            count = len(each(self._stream, run[0], run[1]))
            unit: list[StackEntry] = [RANDOM_HASH, [TUPLE, 1, leaves]] if run[2] & 1 else [[TUPLE, 1, leaves]]
            self._budget.spend(0, STEPS_PER_VALUE * count)
            return unit * count
        for token in self._patterns.each(self._stream, run[0], run[1]):
            first = token[0]
            if first in (op.SHORT_BINUNICODE, op.SHORT_BINBYTES):
                entries.append(RANDOM_HASH)
            elif first == op.BINGET:
                entries.append(self._object(token[1], DEPTH_IN_RUN, self._values_in(token)))
            elif first == op.MARK:
                entries.append([TUPLE, DEPTH_IN_RUN, self._values_in(token)])
            elif first in _EMPTY:
                entries.append([_EMPTY[first], DEPTH_IN_RUN if len(token) > 1 else 1, len(token) // 2])
            else:
                entries.append(KNOWN_HASH)
        self._budget.spend(0, STEPS_PER_VALUE * len(entries))
        return entries

    def _values_in(self, token: bytes) -> int:
        """Return the number of values in one value of a run, as `_values` does."""
        return len(token) // 2 + sum([price * token.count(call, 1) for call, price in self._expensive])

    def _values(self, start: int, end: int) -> int:
        """Return about how many values a part of the stream has, for the cost of comparing them."""
        expensive = sum([price * self._stream.count(call, start, end) for call, price in self._expensive])
        return (end - start) // 2 + expensive

    def _object(self, index: int, depth: int, values: int) -> Composite:
        maker = self._makers.get(index)
        if maker is None:
            raise Forbidden("the stream calls a maker that it has not introduced")
        if maker.compares_all_pairs:
            return [OBJECT, depth, (values + maker.comparisons) ** 2]
        return [RANDOM_HASH_OBJECT if maker.has_random_hash else OBJECT, depth, values + maker.comparisons]

    def _measure(self, items: list[StackEntry]) -> tuple[int, int]:
        """Return the depth of the deepest item, and the number of values of all items."""
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

    def _fill(self, kind: int, items: list[StackEntry]) -> None:
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

    def _hash(self, target: Composite, items: list[StackEntry], every: int) -> None:
        """Spend the cost of hashing the items (or each second one) into `target`.

        `target` counts its keys for the next call.
        """
        keys, values = target[3:] or (0, 0)
        paid = steps_for_keys(keys, values)
        place = 0
        for item in items:
            if type(item) is tuple and item[2] & 1 and every == 2 and place % 2 == 0:
                continue  # pairs of a text and a value
            for entry in self._expand(item) if type(item) is tuple else (item,):
                if place % every == 0:
                    if isinstance(entry, list):
                        if entry[0] in (LIST, DICT, SET):
                            raise Forbidden("the stream uses an unhashable value as a key")
                        if entry[0] != RANDOM_HASH_OBJECT:
                            keys, values = keys + 1, values + entry[2] + 1
                            self._expensive_keys += entry[2] > EXPENSIVE
                            self._budget.spend(0, EXPENSIVE_PAIR * self._expensive_keys * (entry[2] > EXPENSIVE))
                    elif entry == KNOWN_HASH:
                        keys += 1
                place += 1
        if place % every:
            raise Forbidden("the stream fills a dict with a key that has no value")
        target[3:] = keys, values
        members = place if every == 1 else 0
        self._budget.spend(MEMORY_PER_MEMBER * members, STEPS_PER_FILL + steps_for_keys(keys, values) - paid)

    def _make_tuple(self, items: list[StackEntry]) -> None:
        """Pop the items of a tuple and push the tuple."""
        kind = TUPLE
        if BUFFER in items:
            kind, items = ARGUMENTS, [item for item in items if item != BUFFER]
        depth, values = self._measure(items)
        self._stack.append([kind, depth + 1, values])

    def _call(self, pos: int, depth: int, values: int) -> None:
        """Replace the maker by the object of its call, which ends here."""
        if len(self._stack) <= self._marks[-1][0]:
            raise Forbidden("the stream calls with an empty stack")
        maker = self._stack.pop()
        if not isinstance(maker, list) or maker[0] != MAKER:
            raise Forbidden("the stream calls a value that is not a maker")
        self._stack.append(self._object(maker[2], depth, values))
        known, inside = self._makers[maker[2]], pos - maker[1]
        self._budget.spend(known.memory_per_byte * inside, known.steps_per_byte * inside)

    # A method for each opcode: it gets the position of the opcode and returns that of the next one.

    def mark(self, pos: int) -> int:
        """MARK."""
        top = self._stack[-1] if self._stack else KNOWN_HASH
        return self._mark(pos, strict=isinstance(top, list) and top[0] == DICT)

    def empty(self, pos: int) -> int:
        """EMPTY_LIST, EMPTY_DICT, EMPTY_SET, with the MARK after it if there is one; EMPTY_TUPLE."""
        opcode = self._stream[pos]
        self._stack.append([_EMPTY[opcode], 1, 0])
        if self._stream[pos + 1] == op.MARK and opcode != op.EMPTY_TUPLE:
            return self._mark(pos + 1, strict=opcode == op.EMPTY_DICT)
        return pos + 1

    def append(self, pos: int) -> int:
        """APPEND."""
        self._fill(LIST, self._pop(1))
        return pos + 1

    def appends(self, pos: int) -> int:
        """APPENDS."""
        self._fill(LIST, self._pop_to_mark())
        return pos + 1

    def setitem(self, pos: int) -> int:
        """SETITEM."""
        self._fill(DICT, self._pop(2))
        return pos + 1

    def setitems(self, pos: int) -> int:
        """SETITEMS."""
        self._fill(DICT, self._pop_to_mark())
        return pos + 1

    def additems(self, pos: int) -> int:
        """ADDITEMS."""
        self._fill(SET, self._pop_to_mark())
        return pos + 1

    def tuple_of_few(self, pos: int) -> int:
        """TUPLE1, TUPLE2, TUPLE3, and following tuples of as many leaves: tuples often come in rows."""
        count = self._stream[pos] - op.TUPLE1 + 1
        self._make_tuple(self._pop(count))
        kind = 2 * count + self._marks[-1][1]
        run, _ = self._patterns.tuples(kind)
        end: int = run(self._stream, pos + 1).end()  # type: ignore[union-attr]  # it also matches an empty run
        if end > pos + 1:
            self._stack.append((pos + 1, end, kind))
        return end

    def tuple_of_many(self, pos: int) -> int:
        """TUPLE, and the REDUCE after it if there is one. Nearly all tuples are the arguments of a call."""
        items = self._pop_to_mark()
        if self._stream[pos + 1] != op.REDUCE:
            self._make_tuple(items)
            return pos + 1
        if BUFFER in items:
            items = [item for item in items if item != BUFFER]
        depth, values = self._measure(items)
        self._call(pos, depth + 1, values)
        return pos + 2

    def frozenset(self, pos: int) -> int:
        """FROZENSET."""
        items = self._pop_to_mark()
        depth, values = self._measure(items)
        made = [TUPLE, depth + 1, values]
        self._hash(made, items, 1)
        comparisons = (values + 4) * max(1, made[3])  # each part is looked for among all other parts
        self._stack.append([TUPLE, depth + 1, comparisons])
        return pos + 1

    def maker(self, pos: int) -> int:
        """BINGET, and the MARK after it if there is one. The memo holds only makers."""
        self._stack.append([MAKER, pos, self._stream[pos + 1]])
        if self._stream[pos + 2] == op.MARK:
            return self._mark(pos + 2, strict=False)
        return pos + 2

    def call(self, pos: int) -> int:
        """REDUCE of a maker with a tuple that was made before."""
        (arguments,) = self._pop(1)
        if not isinstance(arguments, list) or arguments[0] not in (TUPLE, ARGUMENTS):
            raise Forbidden("the stream calls without arguments")
        self._call(pos, arguments[1], arguments[2])
        return pos + 1

    def short(self, pos: int) -> int:
        """SHORT_BINUNICODE, SHORT_BINBYTES."""
        self._stack.append(RANDOM_HASH)
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
        self._budget.spend(
            (MEMORY_PER_TEXT_BYTE if self._stream[pos] == op.BINUNICODE else MEMORY_PER_BYTES_BYTE) * (end - start), 0
        )
        self._stack.append(KNOWN_HASH if array else RANDOM_HASH)
        return end

    def long(self, pos: int) -> int:
        """LONG1, LONG4."""
        width = 1 if self._stream[pos] == op.LONG1 else 4
        start = pos + 1 + width
        size = int.from_bytes(self._stream[pos + 1 : start], "little")
        if size * 8 > self._limits.integer_bits + 8:  # the sign may take one byte more
            raise TooLarge(f"the object has an integer of more than {self._limits.integer_bits} bits")
        self._stack.append(
            KNOWN_HASH if size <= 8 else [TUPLE, 0, 1 + size * size // 180]
        )  # as expensive as converting it to decimal
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
        self._measure(self._pop(1))
        if len(self._marks) > 1 or self._stack:
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
"""The handler of each opcode outside of runs."""
