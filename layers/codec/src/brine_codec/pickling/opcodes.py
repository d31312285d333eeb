"""The opcodes of a tree stream, by their names in `pickletools`, and the bytes with which every stream begins.

In the memo of a tree stream there are makers only: a BINGET is always followed by a call.
"""

from __future__ import annotations

PROTOCOL = b"\x80\x05"
FRAME = 0x95
HEAD = 11
"""The protocol, and the one frame that holds all of the stream: bytes before its first opcode."""

NONE, NEWTRUE, NEWFALSE = 0x4E, 0x88, 0x89
SHORT_BINUNICODE, BINUNICODE = 0x8C, 0x58
SHORT_BINBYTES, BINBYTES, BYTEARRAY8 = 0x43, 0x42, 0x96
LONG1, LONG4 = 0x8A, 0x8B
EMPTY_LIST, EMPTY_DICT, EMPTY_SET, EMPTY_TUPLE = 0x5D, 0x7D, 0x8F, 0x29
MARK, APPEND, APPENDS, SETITEM, SETITEMS, ADDITEMS = 0x28, 0x61, 0x65, 0x73, 0x75, 0x90
TUPLE, TUPLE1, TUPLE2, TUPLE3, FROZENSET = 0x74, 0x85, 0x86, 0x87, 0x91
BINGET, REDUCE = 0x68, 0x52
NEXT_BUFFER, READONLY_BUFFER = 0x97, 0x98
STOP = 0x2E

REBUILD = b"\x8c\x0bbrine_codec\x8c\x07rebuild\x93"


def introduction(index: int, tag: str) -> bytes:
    """The opcodes that put the maker of a tag into the memo, where calls find it: rebuild(tag), BINPUT, POP."""
    text = tag.encode()
    return b"".join((REBUILD, bytes([SHORT_BINUNICODE, len(text)]), text, b"\x85Rq", bytes([index]), b"0"))
