"""Environment variables that the user gives to functions, besides those of the template."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self

from brine_cli.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_FORM: Final = re.compile(r"(?:(?P<function>[A-Za-z0-9]+)\.)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)=(?P<value>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenVariables:
    """The variables of `--env` and `--env-file`.

    from_file: those of the file, for all functions. for_all: for all functions. for_one: by the name of a function.
    """

    from_file: Mapping[str, str] = field(default_factory=dict)
    for_all: Mapping[str, str] = field(default_factory=dict)
    for_one: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def parse(cls, assignments: Iterable[str], from_file: Mapping[str, str]) -> Self:
        """Return the variables of NAME=VALUE and FUNCTION.NAME=VALUE. Raises CommandError."""
        for_all: dict[str, str] = {}
        for_one: dict[str, dict[str, str]] = {}
        for text in assignments:
            found = _FORM.fullmatch(text)
            if found is None:
                name = text.partition("=")[0]
                raise CommandError(f"--env {name!r} is no variable: write NAME=VALUE, or FUNCTION.NAME=VALUE")
            place = for_all if found["function"] is None else for_one.setdefault(found["function"], {})
            place[found["name"]] = found["value"]
        return cls(from_file=from_file, for_all=for_all, for_one=for_one)

    def of(self, function: str) -> dict[str, str]:
        """Return the variables of a function. Its own go before those of all, and both before those of the file."""
        return {**self.from_file, **self.for_all, **self.for_one.get(function, {})}

    def check(self, functions: Iterable[str]) -> None:
        """Raise CommandError if a variable is for a function that is not among `functions`."""
        names = sorted(functions)
        for unknown in self.for_one.keys() - set(names):
            raise CommandError(f"--env {unknown}.NAME: the template has no function {unknown}: {', '.join(names)}")
