"""Which format a log has, by its beginning."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from brine_cli.errors import CommandError
from brine_cli.replay.logs.combined import LINE
from brine_cli.replay.logs.csv_rows import DELIMITERS
from brine_cli.replay.logs.members import NAMES

if TYPE_CHECKING:
    from pathlib import Path

    from brine_cli.replay.logs.reading import LogFormat

_LINES: Final = 20
"""Lines to look at. A file may begin with some that are cut off."""

_HELP: Final = (
    "A replay reads a JSON object in each line, the combined format of Apache and nginx, CSV with a header that names "
    "time, path and status, and HAR. Choose one with --format"
)


def detect(head: str, file: Path) -> LogFormat:
    """Return the format of a file that begins with `head`. Raises CommandError."""
    text = head.lstrip("\ufeff \t\r\n")
    if not text:
        raise CommandError(f"{file}: the file is empty. Give a log with at least one request.")
    lines = [line for line in text.splitlines()[:_LINES] if line.strip()]
    if text[0] in "{[" and not _is_record(lines[0]):
        return "har"
    for line in lines:
        if LINE.match(line):
            return "combined"
        if _is_record(line[max(0, line.find("{")) :]):
            return "json"
    header = [cell.strip(' "') for cell in lines[0].split(max(DELIMITERS, key=lines[0].count))]
    if any(name in NAMES["time"] for name in header) and len(header) > 2:
        return "csv"
    raise CommandError(f"{file}: no format is known that begins with {lines[0][:60]!r}. {_HELP}.")


def _is_record(line: str) -> bool:
    """Return whether the text is the JSON object of one request, and not that of a document."""
    if not line.startswith("{"):
        return False
    try:
        found, _ = json.JSONDecoder().raw_decode(line)
    except (ValueError, RecursionError):
        return False
    return not (isinstance(found.get("log"), dict) or isinstance(found.get("events"), list))
