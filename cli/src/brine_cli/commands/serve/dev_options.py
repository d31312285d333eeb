"""The values of the options of `brine dev`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from brine_cli.live.text.printer import LogMode


@dataclass(frozen=True, slots=True, kw_only=True)
class DevOptions:
    """The values by the names of the options. `port` 0: a free one. `environments` 0: the default."""

    template: Path
    beside: tuple[tuple[str, Path], ...] = ()
    host: str = "127.0.0.1"
    port: int = 3000
    origin: str | None = None
    routes: Path | None = None
    freshness: str | None = None
    grace: str | None = None
    forward_header: tuple[str, ...] = ()
    rfc: bool = False
    secrets: Path | None = None
    parameters: tuple[tuple[str, str], ...] = ()
    environments: int = 0
    aws_endpoint: str | None = None
    claims: tuple[str, ...] = ()
    verify_tokens: bool = False
    run_schedules: bool = False
    allow_host: tuple[str, ...] = ()
    allow_origin: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    env_file: Path | None = None
    record_origin: Path | None = None
    play_origin: Path | None = None
    reload: bool = True
    log: LogMode = "line"
    verbose: bool = False
