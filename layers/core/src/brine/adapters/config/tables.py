"""Reads a configuration file: a list of TOML tables, each with known keys.

A reader converts a value from tomllib to the value that the program uses. Its ValueError names the mistake and the
correction. Every message names the file, the table, the key and the value:
`routes.toml: route "cache": freshness_lifetime = "5 min": not a duration. Write ...`.
"""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any

from brine.adapters.config.mistakes import FoundMistake, MistakeLog, Mistakes, assigned, found_in, read_item

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from brine.adapters.config.mistakes import Reader

    type Rule = Callable[[Mapping[str, Any], Collection[str]], None]


class TableReader:
    """A reader of tables: checks the keys, reads each value, and passes them to `make` by name.

    rules: each checks several keys together. It gets the values that could be read, and the names of all keys of the
    table. It raises ValueError.
    """

    def __init__(
        self,
        keys: Mapping[str, Reader],
        *,
        required: tuple[str, ...] = (),
        example: str = "",
        make: Callable[..., Any] = dict,
        rules: tuple[Rule, ...] = (),
    ) -> None:
        self.keys = keys
        self.required = required
        self._example = example
        self._make = make
        self._rules = rules

    def __call__(self, value: object) -> Any:
        """Return the result of `make` for the table. Raises Mistakes with all mistakes in it."""
        if not isinstance(value, dict):
            raise ValueError(f"not a table. Write {self._example}.")  # noqa: TRY004 - as every reader
        found: list[FoundMistake] = []
        given = self._given(value, found)
        items = {}
        for key, item in value.items():
            try:
                if key in self.keys:
                    items[key] = read_item(key, item, self.keys[key])
            except Mistakes as error:
                found += error.found
        for key in self.required:
            if key not in given:
                text = f'no "{key}". Required keys: {", ".join(self.required)}.'
                found.append(FoundMistake(text, given=""))
        for rule in self._rules:
            try:
                rule(items, given)
            except ValueError as error:
                found += found_in(error)
        if found:
            raise Mistakes(*found)
        return self._make(**items)

    def _given(self, table: Mapping[str, object], found: list[FoundMistake]) -> set[str]:
        """Return the names of the keys of a table. A mistaken name counts as the known name that it is like."""
        given = set()
        for key in table:
            if key in self.keys:
                given.add(key)
                continue
            from brine.adapters.config.spelling import nearest, unknown_key  # noqa: PLC0415 - only for a mistake

            found.append(FoundMistake(unknown_key(key, self.keys), (key,), given="", is_key=True))
            given.add(nearest(key, self.keys) or key)
        return given


def load_tables(text: str, kind: str, source: str) -> list[dict[str, Any]]:
    """Return the `[[kind]]` tables of a TOML text, unread. Raises ConfigError."""
    log = MistakeLog(source)
    tables = find_tables(text, kind, log)
    log.check()
    return tables


def find_tables(text: str, kind: str, log: MistakeLog, *, least: int = 0) -> list[dict[str, Any]]:
    """Return the `[[kind]]` tables of a TOML text, unread. Adds mistakes to the log."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        log.add(f"not valid TOML: {error}")
        return []
    for key in [key for key in document if key != kind]:
        from brine.adapters.config.spelling import did_you_mean  # noqa: PLC0415 - only for a mistake

        meant = did_you_mean(key, (kind,))
        log.add(f'unknown key "{key}".{meant} The file is a list of [[{kind}]] tables.', key, is_key=True)
        least = 0 if meant else least
    tables = document.get(kind, [])
    if isinstance(tables, list) and len(tables) >= least and all(isinstance(table, dict) for table in tables):
        return tables
    one = ", at least one" if least else ""
    path = (kind,) if kind in document else ()
    log.add(f"not a list of [[{kind}]] tables{one}. Write [[{kind}]] in front of each.", *path, is_key=True)
    return []


def read_tables(
    tables: list[dict[str, Any]], kind: str, log: MistakeLog, read: Reader, *, unique: tuple[str, ...] = ("name",)
) -> list[Any]:
    """Return each table as `read` converts it, or None for a table with a mistake.

    Adds mistakes to the log, also for two tables with the same value of a `unique` key.
    """
    result = []
    for number, table in enumerate(tables):
        found: tuple[FoundMistake, ...] = ()
        try:
            result.append(read(table))
        except ValueError as error:
            result.append(None)
            found = found_in(error)
            log.add_all(found, kind, number, table=table_name(kind, number, table))
        for key in (one for one in unique if not any(mistake.path[:1] == (one,) for mistake in found)):
            same = next((other for other in range(number) if key in table and tables[other].get(key) == table[key]), -1)
            if same >= 0:
                other = f"{kind} {same + 1}" if key == "name" else table_name(kind, same, tables[same])
                log.add(
                    f"{other} has the same. Choose another {key}.",
                    *(kind, number, key),
                    table=f"{kind} {number + 1}",
                    given=assigned(key, table[key]),
                )
    return result


def table_name(kind: str, number: int, table: Mapping[str, object]) -> str:
    """Return the name of a table for messages, such as `route "orders"`. `number`: from 0."""
    name = table.get("name")
    return f"{kind} {json.dumps(name, ensure_ascii=False) if isinstance(name, str) else number + 1}"
