"""Finds all mistakes of syntax in a TOML text, and repairs the text so that the rest of it can be read.

tomllib stops at the first mistake. So the line with the mistake is emptied, and tomllib reads the text again. All lines
keep their numbers.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import Final

from brine_cli.checking.finding import Place
from brine_cli.checking.toml.remedies import explain, key_of

_MOST: Final = 50
_MOST_PARTS: Final = 50
_KEY: Final = re.compile(r"\s*\[{0,2}[\w.\"' -]*")
_WHERE: Final = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")
_HEADER: Final = re.compile(r"\s*\[+\s*(?P<name>[\w.\"'-]+)")
_OPENS: Final = re.compile(r"=\s*[\[{]|=\s*(?:\"\"\"|''')")
_SPANNING: Final = ("Unclosed array", "Unclosed inline table", "Unterminated string", "Invalid initial character")


@dataclass(frozen=True, slots=True)
class SyntaxMistake:
    """A mistake of syntax. key: of the lost statement, if it is known."""

    place: Place
    message: str
    remedy: str
    key: str | None


def repaired(text: str) -> tuple[str, list[SyntaxMistake]]:
    """Return the text without the lines that have mistakes of syntax, and the mistakes."""
    original = text.split("\n")
    lines, mistakes = list(original), []
    for index, line in enumerate(lines):
        if _KEY.match(line)[0].count(".") > _MOST_PARTS:  # type: ignore[index]  # it matches any line
            mistakes.append(_refused(line, index, f"the key has more than {_MOST_PARTS} parts"))
            lines[index] = ""
    for _ in range(_MOST):
        try:
            tomllib.loads("\n".join(lines))
        except tomllib.TOMLDecodeError as error:
            told = _WHERE.sub("", str(error))
            first, last, column = _statement(lines, told, _WHERE.search(str(error)))
            if not any(line.strip() for line in lines[first:last]):
                break
            mistakes.append(_mistake(original[first], first, column, told))
            for index in range(first, last):
                lines[index] = _header(lines[index])
        except (RecursionError, ValueError):  # nested too deeply, or a number of thousands of digits
            index = max(range(len(lines)), key=lambda number: len(lines[number]))
            mistakes.append(_refused(original[index], index, "a value is too large, or nested too deeply"))
            lines[index] = ""
        else:
            return "\n".join(lines), mistakes
    return "\n" * (len(lines) - 1), mistakes


def _statement(lines: list[str], told: str, where: re.Match[str] | None) -> tuple[int, int, int]:
    """Return the first line of the statement with the mistake, the line behind it, and the column; lines from 0."""
    if where is None or where["line"] is None:
        at, column = len(lines), 1
    else:
        at, column = int(where["line"]) - 1, int(where["column"])
    own = lines[at] if at < len(lines) else ""
    if at < len(lines) and own.strip() and not told.startswith(_SPANNING):
        return at, at + 1, column
    opened = next((index for index in range(min(at, len(lines) - 1), -1, -1) if _is_open(lines[index])), None)
    if opened is None:
        last = max((index for index, line in enumerate(lines[: at + 1]) if line.strip()), default=0)
        return last, last + 1, 1
    return opened, max(opened + 1, min(at, len(lines))), 1


def _is_open(line: str) -> bool:
    """Return whether a line begins an array, a table or a text that does not end in the line."""
    if not _OPENS.search(line):
        return False
    try:
        tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return True
    return False


def _header(line: str) -> str:
    """Return the text in the place of a line with a mistake: "", or the header that the line is meant to be."""
    found = _HEADER.match(line)
    if found is None or "=" in line:
        return ""
    name = found["name"].strip(".")
    for header in (f"[[{name}]]", f"[{name}]") if "." not in name else (f"[{name}]",):
        try:
            tomllib.loads(header)
        except tomllib.TOMLDecodeError:
            continue
        return header if header != line.strip() else ""
    return ""


def _refused(line: str, index: int, message: str) -> SyntaxMistake:
    place = Place(index + 1, 1, len(line) + 1)
    return SyntaxMistake(place, message, "Write it in another way.", key_of(line))


def _mistake(line: str, index: int, column: int, told: str) -> SyntaxMistake:
    explanation = explain(line, told)
    start = explanation.column or min(column, len(line) + 1)
    end = max(start + 1, len(line.rstrip()) + 1) if explanation.column else start + 1
    return SyntaxMistake(
        Place(index + 1, start, min(end, max(len(line) + 1, start + 1))),
        explanation.message,
        explanation.remedy,
        key_of(line),
    )
