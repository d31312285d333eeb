"""Logs of comma-separated values with a header, which names the columns."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Final

from brine_cli.replay.logs.members import Members
from brine_cli.replay.rows import WrongLine

if TYPE_CHECKING:
    from brine_cli.replay.logs.reading import Reading
    from brine_cli.replay.rows import Row

DELIMITERS: Final = ",;\t|"


class CsvLines:
    """Reads lines of this format. `header`: the first line of the file."""

    def __init__(self, reading: Reading, header: str) -> None:
        self._delimiter = max(DELIMITERS, key=header.count)
        self._columns = [name.strip() for name in self._cells(header.removeprefix("\ufeff"))]
        self._members = Members(reading)

    def row(self, line: str) -> Row | None:
        """Return the request of a line. Raises WrongLine."""
        cells = self._cells(line)
        if len(cells) != len(self._columns):
            raise WrongLine(f"{len(cells)} cells, and the header has {len(self._columns)} columns")
        return self._members.row(dict(zip(self._columns, cells, strict=True)))

    def _cells(self, line: str) -> list[str]:
        if '"' not in line:
            return line.rstrip("\r\n").split(self._delimiter)
        try:
            return next(csv.reader([line], delimiter=self._delimiter), [])
        except csv.Error as error:
            raise WrongLine(f"this is not a line of CSV: {error}") from None
