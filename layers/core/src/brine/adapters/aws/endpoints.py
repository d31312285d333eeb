"""Endpoints of AWS services."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from brine.domain.routing.origin import DEFAULT_PORTS, OriginAddress
from brine.errors import ConfigError

_OVERRIDE = re.compile(
    r"(?P<scheme>https?)://(?:\[(?P<ipv6>[0-9a-f:.]+)\]|(?P<name>[a-z0-9._-]+))(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>(?:/[a-z0-9._~-]+)*)/?",
    re.ASCII | re.IGNORECASE,
)
_REGION = re.compile(r"[a-z0-9-]+")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The address of a service, and the path in front of the paths of its requests, which is "" on AWS."""

    address: OriginAddress
    path: str = ""

    def __str__(self) -> str:
        return f"{self.address}{self.path}"


def endpoint(service: str, region: str, override: str | None = None) -> Endpoint:
    """Return the endpoint of a service: the URL `override` for an emulator, otherwise the endpoint of AWS.

    Raises ConfigError. Covers the public regions, GovCloud and China.
    """
    if override is not None:
        return _parse(override)
    if _REGION.fullmatch(region) is None:
        raise ConfigError(f"not the name of a region: {region!r}")
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return Endpoint(OriginAddress(scheme="https", host=f"{service}.{region}.{suffix}", port=443))


def _parse(url: str) -> Endpoint:
    match = _OVERRIDE.fullmatch(url)
    if match is None:
        raise ConfigError(f"an endpoint is a scheme, a host and perhaps a port and a path, not {url!r}")
    scheme: Literal["http", "https"] = "https" if match["scheme"].lower() == "https" else "http"
    port = int(match["port"]) if match["port"] else DEFAULT_PORTS[scheme]
    host = (match["ipv6"] or match["name"]).lower()
    return Endpoint(OriginAddress(scheme=scheme, host=host, port=port), match["path"])
