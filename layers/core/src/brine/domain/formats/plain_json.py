"""Plain JSON: objects as JavaScript programs and people expect them, without the marks that name Python's types.

A class becomes an object with its fields, a set or tuple an array, a date or Decimal a text, bytes a base64 text, an
enum member its value, and a float that JSON lacks becomes null. A time in a zone has its offset and not the name. So
the text cannot be read back as the same object; the JSON of brine.domain.formats.json_form can.
"""

from __future__ import annotations

import binascii
import math
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Final
from uuid import UUID

from brine.domain.formats.format_writer import write_within_budget
from brine.domain.formats.json_form import JSON_ENCODE, JsonWriter
from brine.domain.formats.path import LocatedError
from brine_codec import Unsupported

if TYPE_CHECKING:
    import datetime as dt

    from brine.domain.formats.allowed_types import Types
    from brine_codec.gate.budget import Budget

_CONTENT: Final = {"py:defaultdict": 2, "py:deque": 1}
"""The index of the content among the values of a container. The factory and the greatest length are left out."""


class _PlainJsonWriter(JsonWriter):
    def named(self, name: str, argument: object) -> object:
        if name == "object" and isinstance(argument, list):  # a tag, and the values
            content = _CONTENT.get(argument[0], 1 if len(argument) == 2 else None)
            return argument[1:] if content is None else argument[content]
        if name == "text" and isinstance(argument, str):  # a text with a lone surrogate, which UTF-8 lacks
            return binascii.a2b_base64(argument).decode(errors="replace")
        return argument

    def _reduced(self, value: object) -> object:
        return self.convert(value.value) if isinstance(value, Enum) else super()._reduced(value)

    def local(self, value: dt.time | dt.datetime) -> object:
        return value.isoformat()

    def binary(self, value: bytes) -> object:
        return binascii.b2a_base64(value, newline=False).decode()

    def real(self, value: float) -> object:
        return value if math.isfinite(value) else None

    def instant(self, value: dt.datetime) -> object:
        return value.isoformat()

    def record(self, title: str, fields: dict[str, object]) -> object:  # noqa: ARG002 - the name of the class is left out
        return fields

    def mapping(self, keys: list[object], trees: list[object]) -> object:
        texts = {_text_of(key): tree for key, tree in zip(keys, trees, strict=True)}
        if len(texts) != len(keys):
            raise LocatedError(Unsupported("two keys of a dict give the same text in JSON"))
        return texts

    def needs_escape(self, mapping: dict[str, object]) -> bool:  # noqa: ARG002 - no name has a meaning
        return False


def encode_plain_json(obj: object, types: Types) -> bytes:
    """Return the object as UTF-8 without blanks. Raises Unsupported and TooLarge with the path inside the object."""

    def write(budget: Budget, careful: bool) -> bytes:
        return JSON_ENCODE(_PlainJsonWriter(types, budget, careful=careful).tree(obj)).encode()

    return write_within_budget(write, types.limits, None)


def _text_of(key: object) -> str:
    if isinstance(key, str):
        return key.encode(errors="surrogatepass").decode(errors="replace")  # UTF-8 lacks a lone surrogate
    if isinstance(key, bool):
        return "true" if key else "false"
    if isinstance(key, int | float | Decimal | UUID):
        return str(key)
    if isinstance(key, date):
        return key.isoformat()
    raise LocatedError(Unsupported(f"a key of type {type(key).__qualname__} is no text in JSON"))
