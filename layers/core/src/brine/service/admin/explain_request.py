"""The request that an operator wants explained, as the arguments of an admin request say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request
from brine.service.admin.arguments import Arguments, invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    type Explain = Callable[[Request, str | None], Mapping[str, object]]
    """Explains a request of a tenant, or of no certain one, as a document for JSON."""


def read_explain_request(members: Mapping[str, object]) -> tuple[Request, str | None]:
    """Return the request of a JSON object, and the tenant whose request it is, if one is named. Raises Problem."""
    given = Arguments(members, ("method", "url", "headers", "body", "tenant"))
    url, method = given.text("url"), given.text("method") or "GET"
    if url is None:
        raise invalid("url is missing. Write the path and query of a client, such as /orders/17.")
    if not url.startswith("/"):
        raise invalid(f'url is "{url}". Begin it with the path, such as /orders/17: leave scheme and host out.')
    if not method.isascii() or not method.isalpha():
        raise invalid(f'method is "{method}". Write a method such as GET.')
    path, mark, query = url.partition("?")
    fields = Fields(_headers(members.get("headers")))
    body = (given.text("body") or "").encode()
    return Request(method=method, path=path, query=query if mark else None, fields=fields, body=body), given.text(
        "tenant"
    )


def _headers(value: object) -> list[tuple[str, str]]:
    """Return pairs of a name and a value. Raises Problem."""
    lines = [] if value is None else value
    if not isinstance(lines, list):
        raise invalid('headers is no list. Write pairs of a name and a value, such as [["accept", "text/html"]].')
    pairs = []
    for line in lines:
        match line:
            case [str(name), str(text)] if name:
                pairs.append((name.lower(), text))
            case _:
                raise invalid('headers has an element that is no pair. Write pairs such as ["accept", "text/html"].')
    return pairs
