"""The values of the options of `brine purge`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeOptions:
    """The values by the names of the options."""

    url: str | None = None
    tag: str | None = None
    route: str | None = None
    everything: bool = False
    tenant: str | None = None
    all_tenants: bool = False
    soft: bool = False
    table: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    routes: Path = Path("layers/routes/routes.toml")
    app: Path | None = None
    part: str | None = None
    namespace: str | None = None
    twin: str | None = None
    stack: str | None = None
    dry_run: bool = False
    as_json: bool = False

    @property
    def is_for_stack(self) -> bool:
        """Whether the user names a table, an emulator, or the code of a function: not a running twin."""
        return any(given is not None for given in (self.table, self.region, self.endpoint_url, self.app))
