"""HTTP messages as the gateway sees them, independent of their transport (RFC 9110 section 6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from brine.domain.http.fields import Fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.domain.purging.dependency import Dependency
    from brine.domain.queries.content_query import ContentQuery

CACHED_METHODS = frozenset({"GET", "HEAD"})
IDEMPOTENT_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})  # RFC 9110 section 9.2.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request. `path` and `query` are percent-encoded as received; `query` has no "?" and is None when absent.

    `principal` holds the verified identity of the client, as an authorizer in front of the gateway gave it. Its keys
    are `claim:NAME`, `lambda:NAME`, `iam:account` and `iam:user`. It never holds unverified data of the client.
    `content_query` marks a query by content (brine.domain.queries.as_query); None for any other request.
    """

    method: str
    path: str
    query: str | None = None
    fields: Fields = field(default_factory=Fields)
    body: bytes = b""
    principal: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False, hash=False)
    content_query: ContentQuery | None = None

    @property
    def target(self) -> str:
        """The request target in origin form: the path, and the query if there is one."""
        return self.path if self.query is None else f"{self.path}?{self.query}"

    @property
    def may_use_cache(self) -> bool:
        """Whether a cache may answer the request: it is GET or HEAD, without content, or a query by content.

        The content of a GET is in no cache key. If an origin used it, one client's response would answer all clients.
        """
        if self.content_query is not None:
            return self.content_query.refusal is None
        return self.method in CACHED_METHODS and not self.body

    @property
    def is_get(self) -> bool:
        """Whether the request is a GET, or a query by content that a cache may answer.

        Conditions and ranges mean the same for both (RFC 10008 sections 2.6 and 2.8).
        """
        return self.method == "GET" or (self.content_query is not None and self.content_query.refusal is None)

    @property
    def is_idempotent(self) -> bool:
        """Whether the request may be sent again (RFC 9110 section 9.2.2): its method says so, or it is a query."""
        return self.method in IDEMPOTENT_METHODS or self.is_safe_query

    @property
    def is_safe_query(self) -> bool:
        """Whether the request is a query by content, which only reads. A cache may answer it, or may not."""
        return self.content_query is not None and self.content_query.is_safe


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
