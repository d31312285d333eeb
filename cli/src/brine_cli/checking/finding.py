"""One finding of a check: a mistake, or a warning, with its place in a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Place:
    """A part of one line of a file. Lines and columns begin with 1; `end_column` is behind the last character."""

    line: int
    column: int
    end_column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A mistake or a warning.

    code: its kind, such as BR101; docs/check.md describes each. place: None if it concerns the file as a whole.
    given: the key and the value, or a name, as text without secrets. shown: the line of the file, in
    which secrets are replaced; "" for none. shown_place: the place in this line, None if it is `place`.
    resource: the logical id of the part of a template that it is about, or "".
    """

    code: str
    file: Path
    place: Place | None = None
    given: str = ""
    message: str
    remedy: str = ""
    shown: str = ""
    shown_place: Place | None = None
    resource: str = ""

    @property
    def is_warning(self) -> bool:
        """Whether the project works with it. The codes of warnings begin at BR100."""
        return int(self.code.removeprefix("BR")) >= 100

    @property
    def order(self) -> tuple[str, int, int, str]:
        """The order in reports."""
        place = self.place or Place(0, 0, 0)
        return str(self.file), place.line, place.column, self.code
