"""The files of one kind that a function reads as one: routes.toml, and then the files of routes.d."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from brine_cli.checking.configuration.secrets_in_lines import hidden_in, is_secret_line
from brine_cli.checking.finding import Finding, Place
from brine_cli.checking.toml.places import TomlPlaces
from brine_cli.checking.toml.syntax import repaired

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from brine.errors import ConfigMistake
    from brine_cli.checking.toml.places import Path as TomlPath
    from brine_cli.checking.toml.syntax import SyntaxMistake

_LONGEST_GIVEN = 80


class FileSet:
    """The text of several files, without the statements that have mistakes of syntax.

    files: in the order of reading. findings: the mistakes of syntax, and the files that cannot be read.
    """

    def __init__(self, files: Sequence[Path]) -> None:
        self.files = tuple(files)
        self.findings: list[Finding] = []
        self._originals: list[list[str]] = []
        self._starts: list[int] = []  # the line of the whole text in front of each file
        self._lost: list[tuple[int, str | None]] = []
        texts: list[str] = []
        start = 0
        for file in self.files:
            self._starts.append(start)
            text, mistakes = repaired(self._text(file))
            texts.append(text)
            self._findings_of(file, start, mistakes)
            start += text.count("\n") + 1
        self.text = "\n".join(texts)

    @cached_property
    def places(self) -> TomlPlaces:
        """The places in the text."""
        return TomlPlaces(self.text)

    @property
    def source(self) -> str:
        """The names of the files, as the readers name them."""
        return ", ".join(file.name for file in self.files)

    def is_damaged(self, path: TomlPath) -> bool:
        """Return whether a table has a mistake of syntax. `path`: of the table, such as ("route", 0)."""
        return any(self._table_at(line) == path[:2] for line, _ in self._lost)

    def findings_of(self, mistakes: Iterable[ConfigMistake]) -> list[Finding]:
        """Return the findings for the mistakes of a reader, without those that only follow from a lost statement."""
        return [
            self.finding(
                _code(one), one.path, given=one.given, message=one.message, remedy=one.remedy, is_key=one.is_key
            )
            for one in mistakes
            if not self._follows(one)
        ]

    def finding(
        self, code: str, path: TomlPath, *, message: str, remedy: str, given: str = "", is_key: bool = False
    ) -> Finding:
        """Return a finding at the place of a key or of its value."""
        place = self.places.find(path, is_key=is_key)
        if place is None:
            return Finding(code=code, file=self.files[0], given=given, message=message, remedy=remedy)
        number = max(index for index, start in enumerate(self._starts) if start < place.line)
        start = self._starts[number]
        line = self._originals[number][place.line - start - 1]
        text, shown_place = hidden_in(line, place, self.places.all())
        return Finding(
            code=code,
            file=self.files[number],
            place=Place(place.line - start, place.column, place.end_column),
            given=given,
            message=message,
            remedy=remedy,
            shown=text,
            shown_place=shown_place,
        )

    def _text(self, file: Path) -> str:
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            self.findings.append(
                Finding(code="BR001", file=file, message=f"cannot be read: {reason}.", remedy="Correct the path.")
            )
            text = ""
        self._originals.append(text.split("\n"))
        return text

    def _findings_of(self, file: Path, start: int, mistakes: Iterable[SyntaxMistake]) -> None:
        lines = self._originals[-1]
        for one in mistakes:
            index = one.place.line - 1
            is_secret = is_secret_line(lines, index)
            remedy = "Write quotes around it." if is_secret and one.remedy.startswith('Write "') else one.remedy
            statement = re.sub(r"\s+#.*$", "", lines[index]).strip()
            given = (one.key or "") if is_secret or len(statement) > _LONGEST_GIVEN else statement
            self._lost.append((start + one.place.line, one.key))
            self.findings.append(
                Finding(
                    code="BR001",
                    file=file,
                    place=one.place,
                    given=given,
                    message=one.message,
                    remedy=remedy,
                    shown="" if is_secret else lines[index],
                )
            )

    def _table_at(self, line: int) -> TomlPath:
        """Return the path of the table that a line of the whole text belongs to, such as ("route", 0)."""
        found: TomlPath = ()
        for path, place in self.places.all():
            if len(path) == 2 and isinstance(path[1], int) and place.key.line <= line:
                found = path
        return found

    def _follows(self, mistake: ConfigMistake) -> bool:
        """Return whether a mistake may only be there because a statement of the same table was lost."""
        if not self._lost:
            return False
        if len(mistake.path) <= 2 and not mistake.is_key and self.is_damaged(mistake.path):
            return True
        if _code(mistake) == "BR003":  # the value is wrong, also if its remedy names a lost key, such as "keep"
            return False
        lost = {key for line, key in self._lost if key and self._table_at(line) == mistake.path[:2]}
        return any(f'"{key}"' in mistake.text for key in lost)


def _code(mistake: ConfigMistake) -> str:
    if mistake.message.startswith("unknown key"):
        return "BR002"
    return "BR003" if mistake.given else "BR004"
