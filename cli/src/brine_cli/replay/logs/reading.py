"""How to read a log: the settings of a command, which workers get too."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Literal, Protocol

from brine_cli.replay.logs.targets import Targets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine_cli.replay.rows import Row

type LogFormat = Literal["json", "combined", "csv", "har"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The settings for reading a log.

    `fields`: the request fields, in lower case, that a route may use. `tenants`: where routes read tenants, such as
    `claim:org`. `names`: the names that a log has for the members of a row, if they are not the usual ones. `hosts`:
    the hosts of requests to take; all if empty. `since`, `until`: the times of requests to take.
    """

    targets: Targets = field(default_factory=Targets)
    fields: frozenset[str] = frozenset()
    tenants: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)
    hosts: frozenset[str] = frozenset()
    since: float = -inf
    until: float = inf


class RowReader(Protocol):
    """Reads the lines of one format."""

    def row(self, line: str) -> Row | None:
        """Return the request of a line; None for a line that is left out on purpose. Raises WrongLine."""
