"""The address of an origin (RFC 9110 section 4.3), or the name of a Python function that is one."""

from __future__ import annotations

from typing import Literal, NamedTuple

DEFAULT_PORTS = {"http": 80, "https": 443, "function": 0}


class OriginAddress(NamedTuple):
    """Scheme, host (lower case; an IPv6 address without brackets) and port.

    A function has the scheme `function`, its name as the host, and the port 0.
    """

    scheme: Literal["http", "https", "function"]
    host: str
    port: int

    @property
    def authority(self) -> str:
        """host[:port] as in the Host field: without a default port, IPv6 in brackets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def is_function(self) -> bool:
        """Whether the origin is a Python function of this process."""
        return self.scheme == "function"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"
