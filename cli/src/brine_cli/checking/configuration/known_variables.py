"""The variables of a function, for `${NAME}` in its files. A variable without a value gets an example."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_LIST: Final = "BRINE_VARIABLES"


class KnownVariables(Mapping[str, str]):
    """The environment of a function, in which each variable has a value.

    values: those that are known. declared: the names that the template gives a value, which need not be known here.
    text: of the files; the places of a variable in it decide the example.
    """

    def __init__(self, values: Mapping[str, str], declared: Collection[str], text: str) -> None:
        self._values = values
        self._declared = declared
        self._text = text

    def __getitem__(self, name: str) -> str:
        value = self._values.get(name)
        if value or name == _LIST:
            return value or ""
        return _example(name, self._text)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def is_given(self, name: str) -> bool:
        """Return whether the template or the environment gives the variable a value."""
        listed = (item.partition("=")[0].strip() for item in (self._values.get(_LIST) or "").split(","))
        return bool(self._values.get(name)) or name in self._declared or name in listed


def _example(name: str, text: str) -> str:
    """Return a value with which the first text that has the variable is valid."""
    if "REGION" in name:
        return "us-east-1"
    host = f"{name.lower().replace('_', '-')}.test"
    found = re.search(rf"([^\s\"']?)\$\{{{name}\}}", text)
    before = text[: found.start() + len(found[1])] if found else ""
    if found is None or not found[1]:
        return f"https://{host}"
    if before.endswith(("://", ".")):
        return host
    return "443" if before.endswith(":") else "x"
