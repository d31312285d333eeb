"""HTTP messages as the gateway sees them, whatever carried them (RFC 9110 section 6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from brine.domain.http.fields import Fields

if TYPE_CHECKING:
    from collections.abc import Mapping

CACHED_METHODS = frozenset({"GET", "HEAD"})
IDEMPOTENT_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})  # RFC 9110 section 9.2.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request. `path` and `query` are percent-encoded as they came; `query` has no "?" and is None when absent.

    `principal` is what an authorizer in front of the gateway said of who sent it, by `claim:NAME`, `lambda:NAME`,
    `iam:account` and `iam:user`; nothing that a client wrote is in it unverified.
    """

    method: str
    path: str
    query: str | None = None
    fields: Fields = field(default_factory=Fields)
    body: bytes = b""
    principal: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False, hash=False)

    @property
    def target(self) -> str:
        """The request target in origin form: path, and query when there is one."""
        return self.path if self.query is None else f"{self.path}?{self.query}"

    @property
    def is_for_cache(self) -> bool:
        """Whether a cache may answer it: GET and HEAD, without content.

        Content of a GET is in no cache key, and an origin that heeds it would answer one client's for all.
        """
        return self.method in CACHED_METHODS and not self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A final response, its body complete and in the content coding that the origin used."""

    status: int
    fields: Fields = field(default_factory=Fields)
    body: bytes = b""
