"""channels.toml: read, checked, and every mistake named with its line and column.

The file is a list of `[[channel]]` tables; layers/routes/channels.schema.json describes it for editors,
docs/exchange.md for people. `${NAME}` in `queue`, `retry_queue` and `keys` stands for an environment variable.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from brine.adapters.config.positions import Positions, not_toml
from brine.adapters.config.values import duration, plain_name, size, texts
from brine.domain.channels.channel import MAX_MESSAGE_SIZE, MAX_RETENTION, MAX_VISIBILITY, Channel
from brine.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_PATTERN = re.compile(r"(?:[0-9]{12}:)?(?:(?:user|role|federated-user)/[\w+=,.@*-]+|root)|\*", re.ASCII)
_PLACES = ("queue", "retry_queue", "keys")
_REQUIRED = ("name", *_PLACES, "senders", "receivers")
SHORTEST_RETENTION = 60.0


@dataclass(frozen=True, slots=True)
class DeclaredChannel:
    """A channel, the URLs of its two queues, and the name or ARN of the secret with its keyring."""

    channel: Channel
    queue: str
    retry_queue: str
    keys: str


def parse_channels(
    text: str, environment: Mapping[str, str], types: Collection[str], *, source: str = "channels.toml"
) -> tuple[DeclaredChannel, ...]:
    """The channels that `text` describes; they may hold `types`. Raises ConfigError: `source:line:column: why`."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise not_toml(error, text, source) from None
    return _Reader(Positions(text), environment, types, source).channels(document)


class _Reader:
    """One reading of one file."""

    def __init__(
        self, positions: Positions, environment: Mapping[str, str], types: Collection[str], source: str
    ) -> None:
        self._positions = positions
        self._environment = environment
        self._types = types
        self._source = source

    def fail(self, index: int | None, keys: tuple[str, ...], message: str) -> NoReturn:
        line, column = self._positions.find(index, keys)
        raise ConfigError(f"{self._source}:{line}:{column}: {message}") from None

    def channels(self, document: dict[str, Any]) -> tuple[DeclaredChannel, ...]:
        for key in document.keys() - {"channel"}:
            self.fail(None, (key,), f'unknown key "{key}": the file is a list of [[channel]] tables')
        tables = document.get("channel", [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self.fail(None, ("channel",), "the file is a list of [[channel]] tables")
        declared = tuple(self.channel(index, table) for index, table in enumerate(tables))
        names = [one.channel.name for one in declared]
        for index, name in enumerate(names):
            if name in names[:index]:
                self.fail(index, ("name",), f'there is already a channel named "{name}"')
        return declared

    def channel(self, index: int, table: dict[str, Any]) -> DeclaredChannel:
        for key in _REQUIRED:
            if key not in table:
                self.fail(index, (), f'the channel has no "{key}"')
        values: dict[str, Any] = {}
        for key, value in table.items():
            if key in _CHANNEL:
                try:
                    values[key] = _CHANNEL[key](value)
                except ValueError as error:
                    self.fail(index, (key,), f'"{key}" {error}')
            elif key not in _PLACES:
                known = ", ".join(sorted((*_CHANNEL, *_PLACES)))
                self.fail(index, (key,), f'unknown key "{key}"; a channel knows {known}')
        for name in values.get("types", ()):
            if name not in self._types:
                self.fail(index, ("types",), f'"types" holds "{name}", which types.toml does not declare')
        queue, retry_queue, keys = (self.text(index, key, table[key]) for key in _PLACES)
        return DeclaredChannel(Channel(**values), queue, retry_queue, keys)

    def text(self, index: int, key: str, value: object) -> str:
        if not isinstance(value, str) or not value:
            self.fail(index, (key,), f'"{key}" must be text in quotes')
        for name in _VARIABLE.findall(value):
            if not self._environment.get(name):
                self.fail(
                    index, (key,), f'"{key}" asks for the environment variable {name}, which is not set, or is empty'
                )
        return _VARIABLE.sub(lambda match: self._environment[match[1]], value)


def _principals(value: object) -> tuple[str, ...]:
    patterns = texts(value)
    for pattern in patterns:
        if not _PATTERN.fullmatch(pattern):
            raise ValueError(
                f'holds "{pattern}", which is none of user/NAME, role/NAME, 123456789012:role/NAME, root, *'
            )
    return patterns


def _retention(value: object) -> float:
    seconds = duration(value)
    if not SHORTEST_RETENTION <= seconds <= MAX_RETENTION:
        raise ValueError('must be from "60s" to "14d", which is what a queue keeps')
    return seconds


def _visibility(value: object) -> int:
    seconds = duration(value)
    if not (1 <= seconds <= MAX_VISIBILITY and seconds.is_integer()):
        raise ValueError('must be whole seconds from "1s" to "12h"')
    return int(seconds)


def _max_size(value: object) -> int:
    most = size(value)
    if not 0 < most <= MAX_MESSAGE_SIZE:
        raise ValueError(f"must be a number of bytes up to {MAX_MESSAGE_SIZE}")
    return most


_CHANNEL: dict[str, Callable[[Any], Any]] = {
    "name": plain_name,
    "types": texts,
    "senders": _principals,
    "receivers": _principals,
    "retention": _retention,
    "max_size": _max_size,
    "visibility": _visibility,
}
