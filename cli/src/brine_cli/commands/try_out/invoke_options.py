"""The values of the options of `brine invoke`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class InvokeOptions:
    """The values by the names of the options. event: a path, "-" for stdin, or None without an event."""

    function: str
    event: str | None
    twin: str | None
    fresh: bool
    template: Path
    parameters: tuple[tuple[str, str], ...]
    secrets: Path | None
    aws_endpoint: str | None
    json: bool
