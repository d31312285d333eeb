"""The place in the listing of one or several tables where the next page begins, and its text for operators."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from brine.ports.admin import TableKey


@dataclass(frozen=True, slots=True)
class Cursor:
    """The number of a table, and the key after which the next page begins; None for its beginning."""

    table: int = 0
    after: TableKey | None = None

    def text(self) -> str:
        """Return the cursor as text for a URL."""
        return urlsafe_b64encode(json.dumps([self.table, *(self.after or ())]).encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the cursor of a text. Raises ValueError for a text that is not one."""
        try:
            match json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4))):
                case [int(table)] if table >= 0:
                    return cls(table)
                case [int(table), str(pk), str(sk)] if table >= 0 and pk and sk:
                    return cls(table, (pk, sk))
        except (ValueError, RecursionError):
            pass
        raise ValueError(f"{text!r} is not a cursor of an earlier page")
