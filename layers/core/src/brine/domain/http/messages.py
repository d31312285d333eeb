"""HTTP messages as the gateway sees them, independent of their transport (RFC 9110 section 6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from brine.domain.http.fields import Fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.domain.purging.dependency import Dependency

CACHED_METHODS = frozenset({"GET", "HEAD"})
IDEMPOTENT_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})  # RFC 9110 section 9.2.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request. `path` and `query` are percent-encoded as received; `query` has no "?" and is None when absent.

    `principal` holds the verified identity of the client, as an authorizer in front of the gateway gave it. Its keys
    are `claim:NAME`, `lambda:NAME`, `iam:account` and `iam:user`. It never holds unverified data of the client.
    """

    method: str
    path: str
    query: str | None = None
    fields: Fields = field(default_factory=Fields)
    body: bytes = b""
    principal: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False, hash=False)

    @property
    def target(self) -> str:
        """The request target in origin form: the path, and the query if there is one."""
        return self.path if self.query is None else f"{self.path}?{self.query}"

    @property
    def may_use_cache(self) -> bool:
        """Whether a cache may answer the request: it is GET or HEAD, without content.

        The content of a GET is in no cache key. If an origin used it, one client's response would answer all clients.
        """
        return self.method in CACHED_METHODS and not self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A final response with its complete body, in the content coding that the origin used.

    The response of a function also has `tags`, and as `dependencies` the stored responses that it was made from.
    """

    status: int
    fields: Fields = field(default_factory=Fields)
    body: bytes = b""
    tags: tuple[str, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
