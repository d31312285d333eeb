"""A queue of texts in memory, for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brine.ports.deadline import Deadline


class MemoryTextQueue:
    """The TextQueue port on a list. `texts` has the texts in order; tests may remove them."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def send(self, text: str, *, deadline: Deadline | None = None) -> None:
        """Append the text."""
        self.texts.append(text)
