"""Where a key stands in a TOML text of `[[table]]` lists: what tomllib knows while it reads, but does not tell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from brine.errors import ConfigError

if TYPE_CHECKING:
    from tomllib import TOMLDecodeError

_LIST_HEADER = re.compile(r"\s*\[\[\s*([\w.\"'-]+)\s*\]\]")


class Positions:
    """Finds lines and columns, both counted from 1, in a text that is known to be valid TOML."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()

    def find(self, index: int | None, keys: tuple[str, ...]) -> tuple[int, int]:
        """The place of `keys` in the list table number `index` (None: outside of any); else of the table; else 1:1."""
        start, end = self._table(index)
        place = self._header(start)
        for key in keys:
            pattern = re.compile(rf"(?:^|[\s{{,.\[])([\"']?){re.escape(key)}\1\s*[=.\]]")
            for number in range(place[0] - 1, end):
                offset = place[1] - 1 if number == place[0] - 1 else 0
                if match := pattern.search(self._lines[number], offset):
                    place = (number + 1, match.start() + len(match[0]) - len(match[0].lstrip(" \t{,.[")) + 1)
                    break
            else:
                return place
        return place

    def _table(self, index: int | None) -> tuple[int, int]:
        starts = [number for number, line in enumerate(self._lines) if _LIST_HEADER.match(line)]
        if index is None or index >= len(starts):
            return 0, len(self._lines)
        return starts[index], starts[index + 1] if index + 1 < len(starts) else len(self._lines)

    def _header(self, start: int) -> tuple[int, int]:
        if start >= len(self._lines):
            return 1, 1
        line = self._lines[start]
        return start + 1, len(line) - len(line.lstrip()) + 1


def not_toml(error: TOMLDecodeError, text: str, source: str) -> ConfigError:
    """What tomllib says, with the place in front."""
    match = re.search(r"\(at (?:line (\d+), column (\d+)|end of document)\)", str(error))
    end = (text.count("\n") + 1, len(text) - text.rfind("\n"))
    line, column = match.groups() if match and match[1] else end
    message = re.sub(r" \(at .*\)$", "", str(error))
    return ConfigError(f"{source}:{line}:{column}: not valid TOML: {message}")
