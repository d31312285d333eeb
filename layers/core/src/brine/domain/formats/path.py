"""Where inside an object, or inside what is to become one, something went wrong."""

from __future__ import annotations

from brine_codec.errors import shown

LONGEST_PATH = 200


class Failure(Exception):
    """An error, and the steps that lead to its place; the innermost is the first, since it grows on the way out.

    culprit: the container at which nesting went too deep. When it is met on the way out, it contains itself.
    """

    def __init__(self, error: Exception, culprit: object = None) -> None:
        super().__init__(error)
        self.error = error
        self.steps: list[str] = []
        self._culprit = culprit

    def through(self, owner: object, step: str) -> None:
        """It came out of a container, in which it was at this step."""
        self.steps.append(step)
        if owner is not None and owner is self._culprit:
            self.error = type(self.error)("it contains itself")
            self.steps.clear()

    def located(self) -> Exception:
        """The error, with its place in the message."""
        place = "".join(reversed(self.steps)).removeprefix(".")
        if len(place) > LONGEST_PATH:
            place = place[:LONGEST_PATH] + "..."
        return type(self.error)(f"{place or 'the whole'}: {self.error}")


def index(number: int) -> str:
    """A step into a list."""
    return f"[{number}]"


def member(key: object) -> str:
    """A step into a mapping or a record."""
    if isinstance(key, str) and key.isascii() and key.isidentifier() and len(key) <= 100:
        return f".{key}"
    return f"[{shown(key)}]"
