"""Writes the result of a check: as text for a person, or as JSON."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from brine_cli.errors import shown
from brine_cli.screen.colours import BOLD, GREEN, RED, YELLOW, Colours
from brine_cli.screen.printable import printable, printable_json, printable_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from brine_cli.checking.finding import Finding
    from brine_cli.checking.project import Checked

_INDENT: Final = "      "
_MOST_NAMES: Final = 6
_LONGEST_LINE: Final = 160


class Report:
    """The text of a result. width: of the terminal, None for no limit. in_colour: whether with codes for colours."""

    def __init__(self, *, width: int | None = None, in_colour: bool = False) -> None:
        self._width = width
        self._paint = Colours(are_wanted=in_colour).paint

    def lines(self, checked: Checked) -> Iterator[str]:
        """Yield the lines: each finding with its place, its line of the file and its remedy, and a summary."""
        for finding in checked.findings:
            yield from self.lines_of(finding)
            yield ""
        yield self.summary(checked)

    def lines_of(self, finding: Finding) -> Iterator[str]:
        """Yield the lines of one finding."""
        colour = YELLOW if finding.is_warning else RED
        place = finding.place
        file = printable(shown(finding.file))
        where = f"{file}:{place.line}:{place.column}" if place else file
        kind = f"{'warning' if finding.is_warning else 'mistake'} {finding.code}"
        head = printable_lines(f"{finding.given}: {finding.message}" if finding.given else finding.message)
        before = f"{where}: {kind}: "
        first, *more = self._broken(head, before)
        yield f"{self._paint(where, BOLD)}: {self._paint(kind, colour)}: {first}"
        yield from more
        if place is not None and finding.shown.strip():
            shown_line = finding.shown.replace("\t", " ").rstrip()[:_LONGEST_LINE]
            text = "".join(one if one.isprintable() else "�" for one in shown_line)  # so that the columns stay
            number = str(place.line)
            yield f"{number:>5} | {text}"
            mark = finding.shown_place or place
            width = max(1, min(mark.end_column, len(text) + 1) - mark.column)
            if mark.column <= len(text) + 1:
                yield f"{_INDENT}| {' ' * (mark.column - 1)}{self._paint('^' * width, colour)}"
        if finding.remedy:
            yield from self._wrapped(printable_lines(finding.remedy))

    def summary(self, checked: Checked) -> str:
        """Return the last line."""
        imported = _counted(checked.functions, "function") + " imported" if checked.functions else ""
        ignored = f"{_counted(checked.ignored, 'warning')} silenced" if checked.ignored else ""
        parts = [part for part in (imported, ignored) if part]
        details = f" ({', '.join(parts)})" if parts else ""
        if not checked.findings:
            return self._paint("Nothing wrong", GREEN) + f" in {_names(checked.files)}{details}."
        silence = "\nA comment `# brine: ignore BR101` silences a warning." if checked.warnings else ""
        return f"{self.numbers(checked)} in {_counted(len(checked.files), 'file')}{details}.{silence}"

    def numbers(self, checked: Checked) -> str:
        """Return the number of mistakes and of warnings, without those that are none."""
        counts = [
            self._paint(_counted(checked.mistakes, "mistake"), RED) if checked.mistakes else "",
            self._paint(_counted(checked.warnings, "warning"), YELLOW) if checked.warnings else "",
        ]
        return " and ".join(count for count in counts if count)

    def _broken(self, text: str, before: str) -> list[str]:
        """Return the lines of a text that follows `before` on its first line."""
        if self._width is None:
            return [text]
        lines = textwrap.wrap(
            text,
            max(40, self._width),
            initial_indent="." * len(before),
            subsequent_indent=_INDENT,
            break_long_words=False,
            break_on_hyphens=False,
        )
        return [lines[0][len(before) :], *lines[1:]] if lines else [text]

    def _wrapped(self, text: str) -> Iterator[str]:
        if self._width is None:
            yield f"{_INDENT}= {text}"
            return
        room = max(40, self._width - len(_INDENT) - 2)
        for index, line in enumerate(textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False)):
            yield f"{_INDENT}{'=' if index == 0 else ' '} {line}"


def as_json(checked: Checked) -> str:
    """Return the result as a JSON document."""
    document = {
        "mistakes": checked.mistakes,
        "warnings": checked.warnings,
        "ignored": checked.ignored,
        "functions": checked.functions,
        "files": [shown(file) for file in checked.files],
        "findings": [_as_object(finding) for finding in checked.findings],
    }
    return printable_json(document, indent=2)


def _as_object(finding: Finding) -> dict[str, object]:
    place = finding.place
    return {
        "code": finding.code,
        "severity": "warning" if finding.is_warning else "mistake",
        "file": shown(finding.file),
        "line": None if place is None else place.line,
        "column": None if place is None else place.column,
        "end_column": None if place is None else place.end_column,
        "given": finding.given,
        "message": finding.message,
        "remedy": finding.remedy,
    }


def _names(files: tuple[Path, ...]) -> str:
    names = [shown(file) for file in files]
    listed = ", ".join(names[:_MOST_NAMES])
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return f"{_counted(len(names), 'file')}: {listed}{more}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
