"""GraphQL in JSON content: which requests may change data, and which responses tell of errors.

The names are those of GraphQL over HTTP: https://graphql.github.io/graphql-over-http/draft/.
"""

from __future__ import annotations

import json
import re
import zlib
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from brine.domain.http.messages import Request, Response

MAX_DECODED: Final = 6_000_000
"""Bytes of a compressed response that are decoded to look for errors."""

_CHANGING: Final = frozenset({"mutation", "subscription"})
_WORD = re.compile(r"\b(?:mutation|subscription)\b", re.ASCII)
_TOKEN = re.compile(
    r'"""(?:\\"""|(?!""").)*"""|"(?:\\.|[^"\\\n\r])*"|#[^\n\r]*|[A-Za-z_][A-Za-z_0-9]*|[{}"]',
    re.DOTALL,
)
_LINE_SEPARATORS: Final = re.compile("[\u2028\u2029]")
_IGNORED: Final = " \t\r\n,\ufeff"
# A request with one of these members, but without the text of its operation, names an operation that the server knows.
# They are in lower case: servers in Go and .NET accept the names of members in any case.
_OF_OPERATIONS: Final = frozenset(
    {"doc_id", "documentid", "extensions", "operationid", "operationname", "queryid", "variables"}
)


def may_change_data(content: Any, url_query: str | None = None) -> bool:
    """Return whether JSON content may be a GraphQL operation that is not a query, alone or in a list.

    True for a document with a mutation or a subscription, and for an operation that only the server knows. Content
    without a member of GraphQL is not such an operation. `url_query`: the query of the URL. Some servers take the
    members from there too, and prefer them.
    """
    in_url = parse_qsl(url_query, keep_blank_values=True) if url_query else []
    return any(_may_change((*in_url, *operation.items())) for operation in _objects(content) or [{}])


def tells_errors(request: Request, response: Response) -> bool:
    """Return whether the response to a GraphQL query has errors, although its status tells of success.

    A response in another content coding than gzip is not decoded.
    """
    if response.status >= 400 or b'"query"' not in request.body.lower():
        return False
    body = _decoded(response)
    if b'"errors"' not in body:
        return False
    try:
        asked, told = json.loads(request.body), json.loads(body)
    except (ValueError, RecursionError):
        return False
    return any(isinstance(text, str) for one in _objects(asked) for text in _named_query(one.items())) and any(
        one.get("errors") for one in _objects(told)
    )


def _objects(content: Any) -> list[dict[str, Any]]:
    """Return the object that the content is, or the objects of a list."""
    return [one for one in (content if isinstance(content, list) else [content]) if isinstance(one, dict)]


def _named_query(members: Iterable[tuple[str, Any]]) -> list[Any]:
    """Return the values of the members `query`, in any case."""
    return [value for name, value in members if name.casefold() == "query"]


def _may_change(members: Iterable[tuple[str, Any]]) -> bool:
    """Return whether an operation with these members may change data. A server may take any of those named `query`."""
    members = list(members)
    documents = _named_query(members)
    texts = [value for value in documents if type(value) is str and value.strip(_IGNORED)]
    if (not texts or len(texts) < len(documents)) and not _OF_OPERATIONS.isdisjoint(
        name.casefold() for name, _ in members
    ):
        return True
    return any(_WORD.search(text) is not None and _may_define_change(text) for text in texts)


def _may_define_change(document: str) -> bool:
    """Return whether one of the words stands outside of braces, strings and comments, or the document is unreadable.

    It is unreadable, too, if servers differ in where a comment or a string ends: some end a comment at a line separator
    of Unicode, and old ones know no block strings.
    """
    if _LINE_SEPARATORS.search(document) is not None:
        return True
    depth = 0
    for match in _TOKEN.finditer(document):
        text = match[0]
        if text == "{":
            depth += 1
        elif text == "}":
            depth -= 1
        if depth < 0 or text == '"' or (depth == 0 and text in _CHANGING):
            return True
        if text.startswith('"""') and '"' in text[3:-3]:
            return True
    return depth != 0


def _decoded(response: Response) -> bytes:
    coding = response.fields.get("content-encoding", "identity").strip(" \t").lower()
    if coding not in {"gzip", "x-gzip"}:
        return response.body
    try:
        return zlib.decompressobj(wbits=31).decompress(response.body, MAX_DECODED)
    except zlib.error:
        return b""
