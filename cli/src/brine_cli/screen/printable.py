"""Makes texts harmless for a terminal, with an escape such as `\\x1b` for each character that is not printable.

A terminal obeys control characters: a sequence of them can set its title, write to the clipboard or remove lines. Other
characters have no width, or show a text in another order. The same characters make a line of JSON harmless.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

_COLOUR: Final = re.compile(r"(\x1b\[[0-9;]{0,30}m)")
_RESET: Final = "\x1b[0m"


def printable(text: str) -> str:
    """Return the text in one line, with an escape for each character that a terminal may obey."""
    return text if text.isprintable() else "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)


def printable_lines(text: str) -> str:
    """Return the text as `printable` does. Its line breaks and tabs stay."""
    if text.isprintable():
        return text
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join("\t".join(map(printable, line.split("\t"))) for line in lines)


def printable_output(line: str) -> str:
    """Return the output of a program as `printable_lines` does. Its colours stay, and end with the text."""
    if line.isprintable() or "\x1b" not in line:
        return printable_lines(line)
    parts = _COLOUR.split(line)  # a text and a colour in turn
    shown = "".join(part if number % 2 else printable_lines(part) for number, part in enumerate(parts))
    return f"{shown}{_RESET}" if len(parts) > 1 else shown


def printable_document(value: Any) -> Any:
    """Return a JSON document in which each text is as `printable` returns it."""
    match value:
        case str():
            return printable(value)
        case list() | tuple():
            return [printable_document(one) for one in value]
        case dict():
            return {printable(name): printable_document(one) for name, one in value.items()}
        case _:
            return value


def printable_json(value: Any, *, indent: int | None = None, separators: tuple[str, str] | None = None) -> str:
    """Return a value as JSON. Characters that are not printable are escapes, which mean the same to a program."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, separators=separators)
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() or one == "\n" else json.dumps(one)[1:-1] for one in text)
