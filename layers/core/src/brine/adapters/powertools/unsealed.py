"""Objects that a function returned and that cannot be sealed, as JSON."""

from __future__ import annotations

import json
from binascii import b2a_base64
from dataclasses import asdict, is_dataclass
from datetime import date, time
from decimal import Decimal
from enum import Enum
from uuid import UUID


def unsealed_json(value: object) -> bytes | None:
    """Return the object by the rules of plain JSON; None if it holds more than data that JSON can express."""
    try:
        return json.dumps(value, default=_plain, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError):
        return None


def _plain(part: object) -> object:
    if is_dataclass(part) and not isinstance(part, type):
        return asdict(part)
    if isinstance(part, Decimal | UUID):
        return str(part)
    if isinstance(part, date | time):
        return part.isoformat()
    if isinstance(part, Enum):
        return part.value
    if isinstance(part, set | frozenset):
        return list(part)
    if isinstance(part, bytes):
        return b2a_base64(part, newline=False).decode()
    raise TypeError  # the text of any other object may reveal more than its author meant
