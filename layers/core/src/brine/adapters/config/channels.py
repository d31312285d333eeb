"""Reads channels.toml, a list of `[[channel]]` tables.

Its description for people is docs/exchange.md, for editors layers/routes/channels.schema.json. `${NAME}` in `queue`,
`retry_queue` and `keys` stands for an environment variable.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from brine.adapters.config.mistakes import MistakeLog, read_list
from brine.adapters.config.tables import TableReader, find_tables, read_tables
from brine.adapters.config.type_names import undeclared
from brine.adapters.config.values import plain_name, texts, whole
from brine.adapters.config.variables import with_variables
from brine.domain.channels.channel import MAX_MESSAGE_SIZE, MAX_RETENTION, MAX_VISIBILITY, Channel
from brine.domain.durations import duration_seconds

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_PRINCIPAL = re.compile(r"(?:[0-9]{12}:)?(?:(?:user|role|federated-user)/[\w+=,.@*-]+|root)|\*", re.ASCII)
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
    """Return the channels that `text` describes. Their messages may hold `types`. Raises ConfigError."""
    log = MistakeLog(source)
    channels = find_channels(text, environment, types, log)
    log.check()
    return tuple(channel for channel in channels if channel is not None)


def find_channels(
    text: str, environment: Mapping[str, str], types: Collection[str], log: MistakeLog
) -> list[DeclaredChannel | None]:
    """Return the channels that `text` describes, None for each with a mistake. Adds the mistakes to the log."""
    tables = find_tables(text, "channel", log)
    return read_tables(tables, "channel", log, channel_table(environment, types))


def channel_table(environment: Mapping[str, str], types: Collection[str]) -> TableReader:
    """Return the reader of a `[[channel]]` table."""

    def check_type(name: str) -> None:
        if name not in types:
            raise ValueError(undeclared(name, types))

    def declared(value: object) -> tuple[str, ...]:
        names = texts(value)
        read_list(names, check_type)
        return names

    url = with_variables(environment, 'the URL of a queue in quotes, such as "${BRINE_ORDERS_QUEUE}"')
    return TableReader(
        {
            "name": plain_name,
            "queue": url,
            "retry_queue": url,
            "keys": with_variables(
                environment, 'the name or ARN of a secret in quotes, such as "${BRINE_ORDERS_KEYS}"'
            ),
            "types": declared,
            "senders": _principals,
            "receivers": _principals,
            "retention": _retention,
            "max_size": whole(1, MAX_MESSAGE_SIZE, unit=" of bytes"),
            "visibility": _visibility,
        },
        required=("name", "queue", "retry_queue", "keys", "senders", "receivers"),
        make=_channel,
    )


def _channel(*, queue: str, retry_queue: str, keys: str, **items: Any) -> DeclaredChannel:
    return DeclaredChannel(Channel(**items), queue, retry_queue, keys)


def _principals(value: object) -> tuple[str, ...]:
    patterns = texts(value)
    read_list(patterns, _check_principal)
    return patterns


def _check_principal(pattern: str) -> None:
    if not _PRINCIPAL.fullmatch(pattern):
        raise ValueError(
            f'"{pattern}" is not a principal. Write user/NAME, role/NAME, 123456789012:role/NAME, root or *.'
        )


def _retention(value: object) -> float:
    seconds = duration_seconds(value)
    if not SHORTEST_RETENTION <= seconds <= MAX_RETENTION:
        raise ValueError('not a time that SQS keeps messages. Write a duration from "60s" to "14d".')
    return seconds


def _visibility(value: object) -> int:
    seconds = duration_seconds(value)
    if not (1 <= seconds <= MAX_VISIBILITY and seconds.is_integer()):
        raise ValueError('not a visibility timeout of SQS. Write whole seconds from "1s" to "12h".')
    return int(seconds)
