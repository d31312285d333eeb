"""Names that look like the codec's own, or lead from these to other names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.attacks.assembler import MEMOIZE, STACK_GLOBAL, call, kept, number, old_global, stack_global, stream, text
from tests.attacks.attack import Attack

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = [
    ("brine_codec", "Codec"),
    ("brine_codec", "codec.Codec"),
    ("brine_codec", "rebuild.__call__"),
    ("brine_codec", "rebuild.__class__"),
    ("brine_codec", "rebuild.__init__.__globals__"),
    ("brine_codec", "rebuild._find"),
    ("brine_codec", "__builtins__"),
    ("brine_codec", "__loader__"),
    ("brine_codec", "__loader__.load_module"),
    ("brine_codec", "codec.gate.Struct"),
    ("brine_codec", "reader.copyreg.pickle"),
    ("brine_codec", "reader.dt.sys.modules"),
    ("brine_codec", "rebuild "),
    ("brine_codec", "Rebuild"),
    ("brine_codec", "rebu\u0456ld"),
    ("brine_codec", "\uff52ebuild"),
    ("brine_codec", "rebuild\0"),
    ("brine_codec", ""),
    ("", "rebuild"),
    ("Brine_codec", "rebuild"),
    ("brine_codec.", "rebuild"),
    ("brine_codec.pickling.writer", "rebuild"),
    ("brine_codec.pickling.makers", "Maker"),
    ("brine_codec.pickling.makers", "explicit"),
    ("brine_codec.standard.containers", "_FACTORIES"),
    ("brine_codec.envelope.compression", "zlib.decompress"),
    ("datetime", "sys"),
    ("datetime", "datetime.now"),
    ("datetime", "datetime.fromisoformat"),
    ("datetime", "datetime.__subclasses__"),
    ("datetime", "tzinfo"),
    ("datetime", "UTC"),
    ("datetime", "datetime_CAPI"),
    ("datetime", "Date"),
    ("_datetime", "datetime"),
    ("_pydatetime", "datetime"),
    ("_pydatetime", "sys.modules"),
    ("builtins", "object"),
    ("builtins", "list"),
    ("__builtin__", "eval"),
    ("copy_reg", "_reconstructor"),
    ("__main__", "main"),
    ("os", "environ"),
    ("sys", "modules"),
    ("tests.attacks.victim", "Mood"),
    ("tests.attacks.victim", "Mood.GOOD"),
    ("tests.attacks.victim", "sing.__globals__"),
    ("decimal", "Decimal"),
    ("collections", "OrderedDict"),
    ("uuid", "UUID"),
    ("nonexistent_module_of_nobody", "x"),
    ("a" * 200, "b" * 200),
    ("..", ".."),
    ("os\nsystem", "x"),
]


def attacks() -> Iterator[Attack]:
    for module, name in NAMES:
        yield Attack(f"names: {module[:40]!r} {name[:40]!r}", stream(stack_global(module, name)))
        yield Attack(
            f"names: {module[:40]!r} {name[:40]!r} called", stream(call(stack_global(module, name), number(1)))
        )
    yield Attack("names: rebuild as data", stream(stack_global("brine_codec", "rebuild")), alone=False)
    yield Attack("names: a type as data", stream(stack_global("datetime", "date")), alone=False)
    yield Attack("names: a maker as data", stream(call(stack_global("brine_codec", "rebuild"), kept("Open@1"))))
    yield Attack("names: numbers", stream(number(1) + number(2) + STACK_GLOBAL + MEMOIZE))
    yield Attack("names: nothing below", stream(kept("rebuild") + STACK_GLOBAL + MEMOIZE))
    yield Attack("names: lone surrogate", stream(text(b"\xed\xa0\x80") + MEMOIZE + kept("x") + STACK_GLOBAL + MEMOIZE))
    yield Attack("names: not UTF-8", stream(text(b"\xff\xfe") + MEMOIZE + kept("x") + STACK_GLOBAL + MEMOIZE))
    # The end of the first text looks like the names that the gate expects.
    inside = b"x\x8c\x0bbrine_codec\x94\x8c\x07rebuild"
    yield Attack("names: inside of a text", stream(kept("os") + kept(inside) + STACK_GLOBAL + MEMOIZE))
    yield Attack("names: with os below", stream(kept("os") + kept("rebuild") + STACK_GLOBAL + MEMOIZE))
    yield Attack("names: date of os", stream(kept("os") + kept("date") + STACK_GLOBAL + MEMOIZE))
    yield Attack("names: old GLOBAL of rebuild", stream(old_global("brine_codec", "rebuild")), alone=False)
    yield Attack("names: old GLOBAL of os", stream(old_global("os", "system")))
