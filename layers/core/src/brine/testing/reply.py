"""The answers that a test gives in the place of the servers behind routes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from brine.domain.http.fields import Fields
from brine.domain.http.messages import Response
from brine.errors import OriginError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine.domain.http.messages import Request

    type Replies = Mapping[str, Any] | Callable[[str], Any] | object


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with a status and header fields. `content`: bytes, or what JSON can express."""

    content: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        """Return the answer as an HTTP response."""
        is_bytes = isinstance(self.content, bytes)
        fields = Fields(self.headers.items())
        if not is_bytes and "content-type" not in fields:
            fields = fields.with_line("content-type", "application/json")
        body = self.content if is_bytes else json.dumps(self.content).encode()
        return Response(status=self.status, fields=fields, body=body)


def response_to(request: Request, replies: Replies) -> Response:
    """Return the answer of a test to one request.

    replies: content for every path; or a mapping of paths, which begin with "/", to contents; or a function of the
    target. Each content may be a Reply, or an exception, which stands for an origin that fails.
    """
    content: Any = replies
    if callable(replies):
        content = replies(request.target)
    elif isinstance(replies, dict) and _are_paths(replies):
        content = replies.get(request.target, replies.get(request.path, Reply(None, 404)))
    if isinstance(content, Exception):
        raise content if isinstance(content, OriginError) else OriginError(str(content))
    return (content if isinstance(content, Reply) else Reply(content)).response()


def has_answer(request: Request, replies: Replies) -> bool:
    """Return whether a test has an answer for this request. Only a mapping of paths may lack it."""
    is_mapping = isinstance(replies, dict) and _are_paths(replies)
    return not is_mapping or not {request.target, request.path}.isdisjoint(replies)  # type: ignore[arg-type]  # a mapping


def _are_paths(replies: Mapping[Any, Any]) -> bool:
    return bool(replies) and all(str(key).startswith("/") for key in replies)
