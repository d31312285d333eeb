"""The path, inside an object or inside content, at which an error occurred."""

from __future__ import annotations

from brine_codec.errors import shown

LONGEST_PATH = 200


class LocatedError(Exception):
    """An error and the steps of its path, the innermost first: the path grows on the way out.

    culprit: the container at which the nesting became too deep. If it is found again on the way out, it contains
    itself.
    """

    def __init__(self, error: Exception, culprit: object = None) -> None:
        super().__init__(error)
        self.error = error
        self.steps: list[str] = []
        self._culprit = culprit

    def add_step(self, owner: object, step: str) -> None:
        """Add the step of an enclosing container to the path."""
        self.steps.append(step)
        if owner is not None and owner is self._culprit:
            self.error = type(self.error)("it contains itself")
            self.steps.clear()

    def located(self) -> Exception:
        """Return the error with its path in the message."""
        place = "".join(reversed(self.steps)).removeprefix(".")
        if len(place) > LONGEST_PATH:
            place = place[:LONGEST_PATH] + "..."
        return type(self.error)(f"{place or 'the whole'}: {self.error}")


def index(number: int) -> str:
    """Return a step into a list."""
    return f"[{number}]"


def member(key: object) -> str:
    """Return a step into a mapping or a record."""
    if isinstance(key, str) and key.isascii() and key.isidentifier() and len(key) <= 100:
        return f".{key}"
    return f"[{shown(key)}]"
