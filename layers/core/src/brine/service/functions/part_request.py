"""The request for a part, from the arguments that a function gives."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

from brine.domain.http.messages import Request
from brine.domain.routing.tenant import tenant_header

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.domain.routing.route import Route

_PATH_CHARACTERS: Final = "/:@!$&'()*+,;=-._~"
TRACE_FIELDS: Final = frozenset({"traceparent", "tracestate"})


def part_request(
    route: Route,
    path: str,
    caller: Request,
    tenant: str,
    *,
    method: str = "GET",
    query: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
    content: object = None,
) -> Request:
    """Return the request of a part. `caller`: the request of the whole.

    `path` is text: every character that a path cannot have is percent-encoded, also "?", which begins no query here.
    Without a path, the request is for the address of the route itself.

    `content` is sent as JSON; bytes are sent unchanged. The trace fields and the tenant of the caller go along, and
    no other field of it. Raises ValueError for a path without "/" at its beginning.
    """
    if path and not path.startswith("/"):
        raise ValueError(f'the path "{path}" does not begin with "/"')
    fields = caller.fields.only(TRACE_FIELDS)
    for name, value in (headers or {}).items():
        fields = fields.with_line(name, value)
    if route.tenant is not None:
        for name in tenant_header(route.tenant):
            fields = fields.replacing(name, tenant.encode().decode("latin-1"))
    body = b""
    if content is not None:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        if "content-type" not in fields and not isinstance(content, bytes):
            fields = fields.with_line("content-type", "application/json")
    elif route.transcoding is not None and method == "GET":
        fields = fields.replacing("accept", route.transcoding.origin.media_type)
    return Request(
        method=method,
        path=quote(path or ("/" if route.prefix == "/" else ""), safe=_PATH_CHARACTERS),
        query=_query(query) if query else None,
        fields=fields,
        body=body,
    )


def _query(query: Mapping[str, Any]) -> str:
    return urlencode({name: value for name, value in query.items() if value is not None}, doseq=True)
