"""Reads channels.toml, a list of `[[channel]]` tables.

Its description for people is docs/exchange.md, for editors layers/routes/channels.schema.json. `${NAME}` in `queue`,
`retry_queue` and `keys` stands for an environment variable.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from brine.adapters.config.tables import TableReader, load_tables, read_tables, with_variables
from brine.adapters.config.type_names import undeclared
from brine.adapters.config.values import plain_name, texts, whole
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
    tables = load_tables(text, "channel", source)
    return tuple(read_tables(tables, "channel", source, channel_table(environment, types)))


def channel_table(environment: Mapping[str, str], types: Collection[str]) -> TableReader:
    """Return the reader of a `[[channel]]` table."""

    def declared(value: object) -> tuple[str, ...]:
        names = texts(value)
        for name in names:
            if name not in types:
                raise ValueError(undeclared(name, types))
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
    for pattern in patterns:
        if not _PRINCIPAL.fullmatch(pattern):
            raise ValueError(
                f'"{pattern}" is not a principal. Write user/NAME, role/NAME, 123456789012:role/NAME, root or *.'
            )
    return patterns


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
