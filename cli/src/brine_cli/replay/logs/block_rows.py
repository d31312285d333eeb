"""The rows of a block of lines, by the part of the log that they belong to."""

from __future__ import annotations

import marshal
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from zlib import crc32

from brine_cli.replay.gaps import gaps_of, summed
from brine_cli.replay.logs.blocks import LONGEST_LINE
from brine_cli.replay.logs.combined import CombinedLines
from brine_cli.replay.logs.csv_rows import CsvLines
from brine_cli.replay.logs.json_lines import JsonLines
from brine_cli.replay.rows import WrongLine

if TYPE_CHECKING:
    from brine_cli.replay.gaps import Gap
    from brine_cli.replay.logs.reading import LogFormat, Reading, RowReader
    from brine_cli.replay.rows import Row

SHOWN: Final = 5
"""Wrong lines that are shown."""


@dataclass(slots=True)
class BlockRows:
    """The content of a block of lines.

    `parts`: the rows of each part, as `marshal` writes a list of them. `wrong`: the first wrong lines, by their number
    in the block from 1, and why. `gaps`: the number of rows with each gap. `at`: requests by second. `seconds`: the sum
    of the origin's times. `sized`, `bytes`: the successful responses with a size, and the sum of their sizes.
    """

    lines: int = 0
    requests: int = 0
    left_out: int = 0
    wrong_lines: int = 0
    wrong: list[tuple[int, str]] = field(default_factory=list)
    parts: dict[int, bytes] = field(default_factory=dict)
    gaps: Counter[Gap] = field(default_factory=Counter)
    seconds: float = 0.0
    sized: int = 0
    bytes: int = 0
    at: Counter[int] = field(default_factory=Counter)


def part_of(target: str, parts: int) -> int:
    """Return the part of a request: requests with the same cache key are in the same one, whatever the routes are.

    A key has the whole path. Only a slash at the end of a route's prefix may get lost, so it does not count.
    """
    path = target.partition("?")[0]
    return crc32(path.rstrip("/").encode("utf-8", "surrogatepass")) % parts


class Sorter:
    """Collects rows by part."""

    def __init__(self, reading: Reading, parts: int) -> None:
        self.found = BlockRows()
        self._reading = reading
        self._count = parts
        self._rows: defaultdict[int, list[tuple[object, ...]]] = defaultdict(list)
        self._gaps = Counter[tuple[bool, ...]]()

    def add(self, row: Row | None) -> None:
        """Add a row. None, and rows of other times, are left out."""
        found, reading = self.found, self._reading
        if row is None or not reading.since <= row[0] < reading.until:
            found.left_out += 1
            return
        found.requests += 1
        found.at[int(row[0])] += 1
        self._gaps[gaps_of(row)] += 1
        if row[5] > 0:
            found.seconds += row[5]
        if row[3] == 200 and row[4] >= 0:
            found.sized += 1
            found.bytes += row[4]
        part = part_of(row[2], self._count) if self._count > 1 else 0
        self._rows[part].append(tuple(row))

    def wrong(self, line: int, error: WrongLine) -> None:
        """Count a wrong line."""
        self.found.wrong_lines += 1
        if len(self.found.wrong) < SHOWN:
            self.found.wrong.append((line, str(error)))

    def sorted(self) -> BlockRows:
        """Return what was found."""
        self.found.gaps = summed(self._gaps)
        self.found.parts = {part: marshal.dumps(rows) for part, rows in self._rows.items()}
        return self.found


def block_rows(data: bytes, form: LogFormat, header: str, reading: Reading, parts: int) -> BlockRows:
    """Return the rows of a block. `header`: the first line of a CSV."""
    reader: RowReader
    match form:
        case "combined":
            reader = CombinedLines(reading)
        case "csv":
            reader = CsvLines(reading, header)
        case _:
            reader = JsonLines(reading)
    sorter = Sorter(reading, parts)
    for number, line in enumerate(data.decode("utf-8", "surrogateescape").split("\n"), 1):
        if not line or line.isspace() or (form == "csv" and line.rstrip("\r") == header):
            continue
        if len(line) > LONGEST_LINE:
            sorter.wrong(number, WrongLine(f"the line has more than {LONGEST_LINE:,} characters"))
            continue
        try:
            sorter.add(reader.row(line))
        except WrongLine as error:
            sorter.wrong(number, error)
    sorter.found.lines = data.count(b"\n") + (not data.endswith(b"\n"))
    return sorter.sorted()
