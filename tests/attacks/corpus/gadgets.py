"""Callables that run code, change state or take resources, reached in each way that pickle knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.attacks.assembler import (
    BUILD,
    EMPTY_DICT,
    MARK,
    NEWOBJ,
    NEWOBJ_EX,
    OBJ,
    REDUCE,
    STOP,
    call,
    few,
    kept,
    number,
    old_global,
    stack_global,
    stream,
)
from tests.attacks.attack import Attack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = "tests.attacks.victim"
TOUCH = "import tests.attacks.victim as v; v.sing()"

# Module, name, arguments. Harmless ones among them stand for their kind: the attack succeeds when one is called.
GADGETS: list[tuple[str, str, tuple[bytes, ...]]] = [
    (HERE, "sing", ()),
    ("os", "system", (kept("true"),)),
    ("posix", "system", (kept("true"),)),
    ("subprocess", "Popen", (kept("true"),)),
    ("subprocess", "check_output", (kept("true"),)),
    ("builtins", "eval", (kept("__import__('tests.attacks.victim').attacks.victim.sing()"),)),
    ("builtins", "exec", (kept(TOUCH),)),
    ("builtins", "compile", (kept(TOUCH), kept("x"), kept("exec"))),
    ("builtins", "__import__", (kept("antigravity"),)),
    ("builtins", "open", (kept("/etc/passwd"),)),
    ("builtins", "getattr", (stack_global("os", "environ"), kept("copy"))),
    ("builtins", "setattr", (stack_global(HERE, "Open"), kept("x"), number(1))),
    ("builtins", "delattr", (stack_global(HERE, "Mood"), kept("GOOD"))),
    ("builtins", "globals", ()),
    ("builtins", "vars", (stack_global(HERE, "Open"),)),
    ("builtins", "type", (kept("T"), few(stack_global(HERE, "Open")), EMPTY_DICT)),
    ("builtins", "map", (stack_global(HERE, "sing"), few(number(1)))),
    ("builtins", "bytearray", (number(10**10),)),
    ("builtins", "list", (call(stack_global("builtins", "range"), number(10**12)),)),
    ("builtins", "print", (kept("x"),)),
    ("builtins", "exit", ()),
    ("builtins", "breakpoint", ()),
    ("code", "interact", ()),
    ("codecs", "decode", (kept("x"), kept("rot13"))),
    ("collections", "namedtuple", (kept("T"), kept("a b"))),
    ("collections", "deque", (call(stack_global("builtins", "range"), number(10**10)),)),
    ("collections", "Counter", (call(stack_global("builtins", "range"), number(10**10)),)),
    ("copy", "_reconstruct", (number(1), number(2))),
    ("copyreg", "__newobj__", (stack_global("builtins", "object"),)),
    ("copyreg", "_reconstructor", (stack_global("builtins", "object"), stack_global("builtins", "object"), b"N")),
    ("copyreg", "add_extension", (kept("os"), kept("system"), number(77))),
    ("copyreg", "pickle", (stack_global(HERE, "Open"), stack_global(HERE, "sing"))),
    ("ctypes", "string_at", (number(0),)),
    ("ctypes", "CDLL", (kept("libc.so.6"),)),
    ("decimal", "Decimal", (kept("1E999999999"),)),
    ("fractions", "Fraction", (kept("1E999999999"),)),
    ("functools", "partial", (stack_global(HERE, "sing"),)),
    ("functools", "reduce", (stack_global(HERE, "sing"), few(number(1), number(2)))),
    ("gc", "disable", ()),
    ("importlib", "import_module", (kept("antigravity"),)),
    ("itertools", "repeat", (number(1),)),
    ("logging.config", "dictConfig", (EMPTY_DICT,)),
    ("marshal", "loads", (b"C\x01N\x94",)),
    ("multiprocessing.connection", "Client", (kept("/nowhere"),)),
    ("operator", "attrgetter", (kept("__class__.__mro__"),)),
    ("operator", "methodcaller", (kept("__subclasses__"),)),
    ("operator", "call", (stack_global(HERE, "sing"),)),
    ("os", "_exit", (number(0),)),
    ("os", "kill", (number(0), number(0))),
    ("os", "putenv", (kept("A"), kept("B"))),
    ("pdb", "set_trace", ()),
    ("pickle", "loads", (b"C\x04\x80\x05N.\x94",)),
    ("pathlib", "Path.touch", (kept("x"),)),
    ("pip", "main", (few(kept("--version")),)),
    ("platform", "popen", (kept("true"),)),
    ("pty", "spawn", (kept("true"),)),
    ("runpy", "run_module", (kept("this"),)),
    ("shutil", "rmtree", (kept("/nonexistent"),)),
    ("signal", "raise_signal", (number(9),)),
    ("socket", "create_connection", (few(kept("127.0.0.1"), number(9)),)),
    ("sys", "exit", ()),
    ("sys", "setrecursionlimit", (number(10**9),)),
    ("tempfile", "mktemp", ()),
    ("threading", "Thread", ()),
    ("timeit", "timeit", (kept(TOUCH),)),
    ("time", "sleep", (number(3600),)),
    ("types", "FunctionType", (number(1), EMPTY_DICT)),
    ("types", "CodeType", ()),
    ("unittest.mock", "Mock", ()),
    ("urllib.request", "urlopen", (kept("file:///etc/passwd"),)),
    ("webbrowser", "open", (kept("x"),)),
    ("zipimport", "zipimporter", (kept("x"),)),
    ("numpy", "load", (kept("/etc/passwd"),)),
    ("numpy", "dtype", (kept("O"),)),
    ("numpy._core.multiarray", "_reconstruct", (stack_global("numpy", "ndarray"), few(number(0)), b"C\x01b\x94")),
    ("pandas", "read_pickle", (kept("/etc/passwd"),)),
    ("brine_codec", "Codec", ()),
    ("brine_codec.classes.registry", "Registry", ()),
    ("brine_codec.pickling.writer", "Writer", ()),
    (HERE, "Open", (number(1),)),
    (HERE, "Cart", (kept("x"),)),
]


def by_reduce(module: str, name: str, arguments: tuple[bytes, ...]) -> bytes:
    return stream(call(stack_global(module, name), *arguments))


def by_old_reduce(module: str, name: str, arguments: tuple[bytes, ...]) -> bytes:
    return old_global(module, name) + few(*arguments) + REDUCE + STOP


def by_inst(module: str, name: str, arguments: tuple[bytes, ...]) -> bytes:
    return stream(MARK + b"".join(arguments) + f"i{module}\n{name}\n".encode())


def by_obj(module: str, name: str, arguments: tuple[bytes, ...]) -> bytes:
    return stream(MARK + stack_global(module, name) + b"".join(arguments) + OBJ)


def by_newobj(module: str, name: str, arguments: tuple[bytes, ...]) -> bytes:
    return stream(stack_global(module, name) + few(*arguments) + NEWOBJ)


def by_newobj_ex(module: str, name: str, arguments: tuple[bytes, ...]) -> bytes:
    return stream(stack_global(module, name) + few(*arguments) + EMPTY_DICT + NEWOBJ_EX)


def by_build(module: str, name: str, arguments: tuple[bytes, ...]) -> bytes:
    """As the __setstate__ of something that was made."""
    state = few(b"N", EMPTY_DICT + kept("__setstate__") + stack_global(module, name) + b"s")
    return stream(stack_global(HERE, "Open") + few() + NEWOBJ + state + BUILD + b"".join(arguments[:1]) + BUILD)


WAYS: list[Callable[[str, str, tuple[bytes, ...]], bytes]] = [
    by_reduce,
    by_old_reduce,
    by_inst,
    by_obj,
    by_newobj,
    by_newobj_ex,
    by_build,
]


def attacks() -> Iterator[Attack]:
    for module, name, arguments in GADGETS:
        ways = WAYS if module in (HERE, "os", "builtins") else WAYS[:2]
        for way in ways:
            yield Attack(f"gadgets: {module}.{name}({len(arguments)}) {way.__name__}", way(module, name, arguments))
