"""Where a service of AWS is."""

from __future__ import annotations

import re
from typing import Literal

from brine.domain.origin import DEFAULT_PORTS, OriginAddress
from brine.errors import ConfigError

_OVERRIDE = re.compile(
    r"(?P<scheme>https?)://(?:\[(?P<ipv6>[0-9a-f:.]+)\]|(?P<name>[a-z0-9._-]+))(?::(?P<port>[0-9]{1,5}))?/?"
)
_REGION = re.compile(r"[a-z0-9-]+")


def endpoint(service: str, region: str, override: str | None = None) -> OriginAddress:
    """The address of a service: `override` (scheme, host and port) for an emulator, else AWS's own.

    Raises ConfigError. Covers the public regions, GovCloud and China.
    """
    if override is not None:
        return _parse(override)
    if _REGION.fullmatch(region) is None:
        raise ConfigError(f"not the name of a region: {region!r}")
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return OriginAddress(scheme="https", host=f"{service}.{region}.{suffix}", port=443)


def _parse(url: str) -> OriginAddress:
    match = _OVERRIDE.fullmatch(url.lower())
    if match is None:
        raise ConfigError(f"an endpoint is a scheme, a host and perhaps a port, not {url!r}")
    scheme: Literal["http", "https"] = "https" if match["scheme"] == "https" else "http"
    port = int(match["port"]) if match["port"] else DEFAULT_PORTS[scheme]
    return OriginAddress(scheme=scheme, host=match["ipv6"] or match["name"], port=port)
