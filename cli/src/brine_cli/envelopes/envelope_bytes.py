"""Reads an envelope from a file, also one that was written as base64 for a message or a log."""

from __future__ import annotations

import base64
import binascii
import sys
from typing import TYPE_CHECKING, Final

from brine_cli.errors import CommandError
from brine_codec.envelope.header import MAGIC
from brine_codec.envelope.mac import TAG_SIZE

if TYPE_CHECKING:
    from pathlib import Path

_FAMILY: Final = MAGIC[:3]
"""The beginning of an envelope of any version."""
SMALLEST: Final = 32 + 1 + TAG_SIZE
_WAITING: Final = "brine: waiting for input. Paste it, and end it with Ctrl-D"


def read_input(file: Path | None) -> bytes:
    """Return the bytes of a file, or of stdin without one or for "-". Raises CommandError."""
    if file is None or str(file) == "-":
        if sys.stdin.isatty():
            print(_WAITING, file=sys.stderr)
        return sys.stdin.buffer.read()
    try:
        return file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}. Name another file, or - for stdin") from None


def envelope_bytes(data: bytes) -> bytes:
    """Return the envelope in `data`: the bytes themselves, or decoded from base64. Raises CommandError."""
    found = data if data.startswith(_FAMILY) else _from_base64(data)
    if found is None:
        shown = data[:4].hex(" ") or "no bytes"
        raise CommandError(
            f"this is not an envelope: it begins with {shown}, and an envelope with {MAGIC.hex(' ')}, or with 9UJS as "
            "base64. Give the bytes as they were sealed"
        )
    if not found.startswith(MAGIC):
        raise CommandError(f"the envelope has version {found[3]}, and this is a reader of version {MAGIC[3]}: update")
    if len(found) < SMALLEST:
        raise CommandError(f"the envelope is cut off: {len(found)} bytes, and the smallest has {SMALLEST}")
    return found


def _from_base64(data: bytes) -> bytes | None:
    text = b"".join(data.split()).strip(b"\"'").translate(bytes.maketrans(b"-_", b"+/"))
    try:
        decoded = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except (ValueError, binascii.Error):
        return None
    return decoded if decoded.startswith(_FAMILY) else None
