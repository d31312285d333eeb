"""Names of projects, functions and routes, and what is made of them."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass

from brine_cli.errors import CommandError

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST = 40
# Names in the code that `brine new function` writes.
_TAKEN = frozenset({"app", "backend", "fetch", "handler"})


@dataclass(frozen=True, slots=True)
class Name:
    """A name such as order-history: `text` in paths and tags, `module` in Python, `pascal` in the template."""

    text: str

    @classmethod
    def checked(cls, text: str, what: str) -> Name:
        """Return the name, or raise CommandError with the rule. `what`: such as "function"."""
        if _NAME.fullmatch(text) is None or len(text) > _LONGEST:
            raise CommandError(
                f"{text!r} cannot be the name of a {what}: write at most {_LONGEST} lower-case letters, digits and "
                "single dashes, with a letter first, such as order-history"
            )
        return cls(text)

    @classmethod
    def of_function(cls, text: str) -> Name:
        """Return the name of a function. Raises CommandError, also for a name that has a meaning in its code."""
        name = cls.checked(text, "function")
        if name.module in _TAKEN or keyword.iskeyword(name.module) or keyword.issoftkeyword(name.module):
            raise CommandError(f"{text!r} has a meaning in the code of a function: choose another name")
        return name

    @property
    def module(self) -> str:
        """The name as a Python name: order_history."""
        return self.text.replace("-", "_")

    @property
    def pascal(self) -> str:
        """The name as the beginning of logical ids: OrderHistory."""
        return "".join(part.capitalize() for part in self.text.split("-"))
