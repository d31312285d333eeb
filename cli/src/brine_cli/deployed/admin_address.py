"""The address of a deployed admin API, and the permission that a request to it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Self
from urllib.parse import urlsplit

from brine.domain.routing.origin import DEFAULT_PORTS, OriginAddress
from brine_cli.deployed.stack_outputs import OUTPUT
from brine_cli.errors import CommandError

if TYPE_CHECKING:
    from brine_cli.deployed.stack_outputs import StackOutputs

_LOOPBACK: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminAddress:
    """Where the admin API of a stack answers. `path`: of the API, with /_brine at its end. `arn`: of the stack."""

    origin: OriginAddress
    path: str
    arn: str

    @classmethod
    def of(cls, stack: StackOutputs) -> Self:
        """Return the address in the outputs of a stack. Raises CommandError."""
        url = stack.outputs[OUTPUT]
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise CommandError(f"the output {OUTPUT} is {url}, which is no URL. Deploy the stack again")
        scheme: Literal["http", "https"] = "https" if parts.scheme == "https" else "http"
        origin = OriginAddress(scheme, parts.hostname, parts.port or DEFAULT_PORTS[scheme])
        return cls(origin=origin, path=parts.path.rstrip("/"), arn=stack.arn)

    @property
    def url(self) -> str:
        """The URL of the API, without the path of the admin API."""
        return f"{self.origin}{self.path.removesuffix('/_brine')}"

    @property
    def reached(self) -> OriginAddress:
        """The server to connect to. The name of an emulator's API below localhost is this machine (RFC 6761 6.3)."""
        return self.origin._replace(host=_LOOPBACK) if self.origin.host.endswith(".localhost") else self.origin

    @property
    def stack(self) -> str:
        """The name of the stack."""
        return self.arn.split("/")[1] if "/" in self.arn else self.arn

    @property
    def account(self) -> str:
        """The account of the stack."""
        return self.arn.split(":")[4] if self.arn.count(":") > 4 else "?"

    def permission(self, method: str, name: str) -> str:
        """Return the ARN of one operation, for execute-api:Invoke."""
        parts = [*self.arn.split(":"), *["*"] * 5]
        label, _, rest = self.origin.host.partition(".")
        api = label if rest.startswith("execute-api.") else "*"
        return f"arn:{parts[1]}:execute-api:{parts[3]}:{parts[4]}:{api}/*/{method}/_brine/{name}"
