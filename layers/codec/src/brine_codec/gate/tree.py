"""The check of a tree stream: it may have only opcodes that our writer writes, within the budget of the message.

The check reads a stream without making any object. It knows the effect of each opcode on the stack, refuses opcodes
that our writer never writes, and draws the cost of unpickling from the budget. `brine_codec.pickling.opcodes` lists the
opcodes.
"""

from __future__ import annotations

from brine_codec.errors import Forbidden, shown
from brine_codec.gate.simulation import MEMORY_PER_BYTE, Simulation
from brine_codec.pickling import opcodes as op

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable

    from brine_codec.gate.budget import Budget
    from brine_codec.limits import Limits
    from brine_codec.pickling.makers import Maker

    type Segments = list[tuple[int, int]]

COSTS = {
    op.SHORT_BINUNICODE: (130, 0),  # it may be a key
    op.EMPTY_DICT: (250, 1),
    op.EMPTY_LIST: (100, 1),
    op.MARK: (100, 1),
    op.EMPTY_SET: (300, 1),
    op.TUPLE1: (60, 2),
    op.TUPLE2: (60, 2),
    op.TUPLE3: (60, 2),
    op.NONE: (10, 0),
    op.EMPTY_TUPLE: (10, 0),
    op.NEWTRUE: (10, 0),
    op.NEWFALSE: (10, 0),
}
"""Memory in bytes and time in steps, by opcode."""
_FREE = bytes(opcode for opcode in range(256) if opcode not in COSTS)
STEPS_PER_COUNT = 0.01
"""Steps for each byte that is searched for the calls of one maker."""


def check(stream: bytes, buffers: int, limits: Limits, budget: Budget, find: Callable[[str], Maker]) -> None:
    """Draw the cost of reading `stream` from the budget.

    Raises Forbidden unless our writer could have written the stream with this number of buffers, TooLarge if the budget
    is used up, SchemaMiss for a tag that `find` does not know.
    """
    try:
        makers, body = _introductions(stream, find)
        simulation = Simulation(stream, body, limits, budget, makers)
        simulation.run()
    except IndexError:
        raise Forbidden("the stream ends early") from None
    if simulation.buffers != buffers:
        raise Forbidden("the stream does not use each of its buffers once")
    _charge(stream, body, simulation.texts, makers, budget)


def _introductions(stream: bytes, find: Callable[[str], Maker]) -> tuple[dict[int, Maker], int]:
    """Return the makers that the stream introduces, by their index in the memo, and the position of the object."""
    if not stream.startswith(op.PROTOCOL):
        raise Forbidden("the stream is not of protocol 5")
    if stream[2] != op.FRAME or int.from_bytes(stream[3 : op.HEAD], "little") != len(stream) - op.HEAD:
        raise Forbidden("the stream is not one frame")
    makers: dict[int, Maker] = {}
    pos = op.HEAD
    while stream.startswith(op.REBUILD, pos):
        start = pos + len(op.REBUILD) + 2
        end = start + stream[start - 1]
        index = stream[end + 3]
        try:
            tag = stream[start:end].decode()
        except UnicodeDecodeError:
            raise Forbidden("the stream names a tag that is not text") from None
        if stream[pos : end + 5] != op.introduction(index, tag) or index in makers:
            raise Forbidden(f"the stream does not introduce {shown(tag)} as the writer does")
        maker = find(tag)
        if maker in makers.values():
            raise Forbidden(f"the stream introduces {shown(tag)} twice")
        makers[index] = maker
        pos = end + 5
    return makers, pos


def _charge(stream: bytes, body: int, texts: Segments, makers: dict[int, Maker], budget: Budget) -> None:
    """Draw the cost of the values. `texts` are the positions of long texts, whose bytes are no opcodes."""
    start, parts = body, []
    for first, last in texts:
        parts.append(stream[start:first])
        start = last
    opcodes = b"".join((*parts, stream[start:])) if texts else stream[body:]
    budget.spend(MEMORY_PER_BYTE * len(opcodes), STEPS_PER_COUNT * len(opcodes) * len(makers))
    priced = opcodes.translate(None, _FREE)  # much shorter, so counting is faster
    for opcode, (memory, steps) in COSTS.items():
        count = priced.count(opcode)
        budget.spend(memory * count, steps * count)
    for index, maker in makers.items():
        calls = opcodes.count(bytes((op.BINGET, index)))
        budget.spend(maker.memory * calls, maker.steps * calls)
