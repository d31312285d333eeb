"""HTTP messages as the gateway sees them, whatever carried them (RFC 9110 section 6)."""

from __future__ import annotations

from dataclasses import dataclass, field

from brine.domain.fields import Fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request. `path` and `query` are percent-encoded as they came; `query` has no "?" and is None when absent."""

    method: str
    path: str
    query: str | None = None
    fields: Fields = field(default_factory=Fields)
    body: bytes = b""

    @property
    def target(self) -> str:
        """The request target in origin form: path, and query when there is one."""
        return self.path if self.query is None else f"{self.path}?{self.query}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A final response, its body complete and in the content coding that the origin used."""

    status: int
    fields: Fields = field(default_factory=Fields)
    body: bytes = b""
