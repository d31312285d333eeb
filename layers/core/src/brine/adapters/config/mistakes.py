"""Collects the mistakes of a configuration file, so that one run reports all of them.

A reader of a value raises ValueError for one mistake, or `Mistakes` for several. The callers add where the value is:
first its key in the table, at last the table and the file.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from brine.errors import ConfigError, ConfigMistake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    type Reader = Callable[[Any], Any]

_SECRET = re.compile(r"^\{.*|(?<=//)[^/]*@", re.DOTALL)
"""Secrets in values: the JSON text of a keyring, and the user and password in a URL."""
_LONGEST_SHOWN = 80


@dataclass(frozen=True, slots=True)
class FoundMistake:
    """A mistake in a value. path: from the value to the place of the mistake.

    given: the key and the value at the place as text. None: the value itself, which the caller knows.
    """

    text: str
    path: tuple[str | int, ...] = ()
    given: str | None = None
    is_key: bool = False

    def below(self, key: str, value: object) -> FoundMistake:
        """Return the mistake as one of the table that has the value under the key."""
        given = assigned(key, value) if self.given is None else f"{key}.{self.given}" if self.given else key
        return replace(self, path=(key, *self.path), given=given)


class Mistakes(ValueError):
    """One or several mistakes in a value."""

    def __init__(self, *found: FoundMistake) -> None:
        super().__init__("\n".join(f"{one.given}: {one.text}" if one.given else one.text for one in found))
        self.found = found


class HiddenMistake(ValueError):
    """A mistake in a value that may be a secret, so no message shows the value."""


class MistakeLog:
    """The mistakes of one file, in the order in which they were found. `source`: the name of the file."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.found: list[ConfigMistake] = []

    def add(self, text: str, *path: str | int, table: str = "", given: str = "", is_key: bool = False) -> None:
        """Add a mistake. `path`: from the top of the file."""
        self.found.append(
            ConfigMistake(source=self.source, table=table, path=path, given=given, is_key=is_key, text=text)
        )

    def add_all(self, found: Iterable[FoundMistake], *path: str | int, table: str) -> None:
        """Add the mistakes of a table. `path`: from the top of the file to the table."""
        for one in found:
            self.add(one.text, *path, *one.path, table=table, given=one.given or "", is_key=one.is_key)

    def check(self) -> None:
        """Raise ConfigError with all mistakes, if there is one."""
        if self.found:
            raise ConfigError(mistakes=tuple(self.found))


def mistake_at(key: str, text: str) -> Mistakes:
    """Return a mistake of a table that concerns several of its keys. `key`: the one to change, for the position."""
    return Mistakes(FoundMistake(text, (key,), given="", is_key=True))


def found_in(error: ValueError) -> tuple[FoundMistake, ...]:
    """Return the mistakes of an error that a reader raised."""
    return error.found if isinstance(error, Mistakes) else (FoundMistake(str(error)),)


def read_item(key: str, value: object, read: Reader) -> Any:
    """Return the value of a key as `read` converts it. Raises Mistakes, with the key and the value."""
    try:
        return read(value)
    except HiddenMistake as error:
        raise Mistakes(FoundMistake(str(error), (key,), given=key)) from None
    except ValueError as error:
        raise Mistakes(*(one.below(key, value) for one in found_in(error))) from None


def read_items(items: Iterable[tuple[str, object, Reader]]) -> dict[str, Any]:
    """Return the values of several keys, each as its reader converts it. Raises Mistakes with all mistakes."""
    values: dict[str, Any] = {}
    found: list[FoundMistake] = []
    for key, value, read in items:
        try:
            values[key] = read_item(key, value, read)
        except Mistakes as error:
            found += error.found
    if found:
        raise Mistakes(*found)
    return values


def read_list(values: Iterable[Any], check: Callable[[Any], object]) -> None:
    """Check each value of a list. Raises Mistakes with all mistakes, each with the index of its value."""
    found = []
    for index, value in enumerate(values):
        try:
            check(value)
        except ValueError as error:
            found.append(FoundMistake(str(error), (index,)))
    if found:
        raise Mistakes(*found)


def assigned(key: str, value: object) -> str:
    """Return a key and its value as text, like in the file. Tables and secrets are left out."""
    if isinstance(value, dict):
        return key
    if isinstance(value, str):
        value = _SECRET.sub("...", value)
    shown = json.dumps(value, ensure_ascii=False, default=str)
    return f"{key} = {shown if len(shown) <= _LONGEST_SHOWN else shown[:_LONGEST_SHOWN] + '...'}"
