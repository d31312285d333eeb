"""An argument of an operation of the admin API, as its documentation and its reader see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

type ArgumentKind = Literal["text", "flag", "duration", "size", "number", "lines"]


@dataclass(frozen=True, slots=True)
class Argument:
    """A parameter of a query, or a member of a JSON object. `meaning` is a sentence for operators.

    choices: the only texts that are valid, or () for any text. `lines`: pairs of the name and the value of a header.
    """

    name: str
    kind: ArgumentKind
    meaning: str
    choices: tuple[str, ...] = ()
    is_needed: bool = False


def names_of(arguments: tuple[Argument, ...]) -> tuple[str, ...]:
    """Return the names of arguments, in order."""
    return tuple(argument.name for argument in arguments)
