"""The values of the options of `brine emulators`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

DOCKER_BRIDGE: Final = "172.17.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatorsOptions:
    """The values by the names of the options. Port 0: a free one."""

    template: Path
    host: str | None
    aws_port: int
    httpbin_port: int
    parameters: tuple[tuple[str, str], ...]
    allow_host: tuple[str, ...]
    allow_origin: tuple[str, ...]
