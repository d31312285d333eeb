"""Files of environment variables in the syntax of `.env`: KEY=VALUE, quotes, comments, `export`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from brine_cli.errors import CommandError, shown

if TYPE_CHECKING:
    from pathlib import Path

_SKIPPED: Final = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*(?:#[^\n]*)?\Z|(?:[ \t]*(?:#[^\n]*)?\n)+")
_ASSIGNMENT: Final = re.compile(
    r"""[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*
    (?:'(?P<literal>[^']*)'|"(?P<escaped>(?:\\.|[^"\\])*)"|(?P<plain>[^'"\n][^\n]*?|))
    [ \t]*(?:(?<=[ \t])\#[^\n]*)?(?:\n|\Z)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED: Final = {"n": "\n", "r": "\r", "t": "\t"}


def read_env_file(path: Path) -> dict[str, str]:
    """Return the variables of a file. Raises CommandError with the line, which shows no value.

    A value in quotes may have several lines. Between double quotes, `\\n`, `\\t`, `\\r` and a backslash before any
    other character are escapes. `${NAME}` in a value stays as it is.
    """
    try:
        text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise CommandError(f"the file of variables {shown(path)} cannot be read: {reason}") from None
    found: dict[str, str] = {}
    place = 0
    while place < len(text):
        if skipped := _SKIPPED.match(text, place):
            place = skipped.end()
            continue
        assignment = _ASSIGNMENT.match(text, place)
        if assignment is None:
            line = text.count("\n", 0, place) + 1
            raise CommandError(
                f"{shown(path)}:{line}: not a variable. Write NAME=VALUE, with the value in quotes if it has spaces "
                "around it, several lines, or a #."
            )
        found[assignment["name"]] = _value(assignment)
        place = assignment.end()
    return found


def _value(assignment: re.Match[str]) -> str:
    if assignment["literal"] is not None:
        return assignment["literal"]
    if assignment["escaped"] is not None:
        return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), assignment["escaped"])
    return assignment["plain"].rstrip()
