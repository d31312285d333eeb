"""The request that an operator wants explained, as the arguments of an admin request say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from brine.domain.http.field_syntax import TOKEN
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request
from brine.service.admin.api.argument import Argument, names_of
from brine.service.admin.arguments import Arguments, invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    type Explain = Callable[[Request, str | None], Mapping[str, object]]
    """Explains a request of a tenant, or of no certain one, as a document for JSON."""

EXPLAIN_ARGUMENTS: Final = (
    Argument("method", "text", "The method. The default is GET."),
    Argument("url", "text", "The path and query of a client, percent-encoded.", is_needed=True),
    Argument("headers", "lines", "The header fields."),
    Argument("body", "text", "The content."),
    Argument("tenant", "text", "The tenant, in the place of the token or the header that the route reads."),
)


def read_explain_request(members: Mapping[str, object]) -> tuple[Request, str | None]:
    """Return the request of a JSON object, and its tenant, if one is named. Raises Problem."""
    given = Arguments(members, names_of(EXPLAIN_ARGUMENTS))
    url, method = given.text("url"), given.text("method") or "GET"
    if url is None:
        raise invalid("url is missing. Write the path and query of a client, such as /orders/17.")
    if not url.startswith("/"):
        raise invalid(f'url is "{url}". Begin it with the path, such as /orders/17: leave scheme and host out.')
    if not url.isascii() or not url.isprintable() or " " in url:
        raise invalid(f'url is "{url}". Write it in percent-encoded UTF-8.')
    if TOKEN.fullmatch(method) is None:
        raise invalid(f'method is "{method}". Write a method such as GET.')
    path, mark, query = url.partition("?")
    fields = Fields(_headers(members.get("headers")))
    try:
        body = (given.text("body") or "").encode()
    except UnicodeEncodeError:
        raise invalid("body has half of a surrogate pair, so it is not UTF-8. Write whole characters.") from None
    request = Request(method=method, path=path, query=query if mark else None, fields=fields, body=body)
    return request, given.text("tenant")


def _headers(value: object) -> list[tuple[str, str]]:
    """Return pairs of a name and a value. Raises Problem."""
    lines = [] if value is None else value
    if not isinstance(lines, list):
        raise invalid('headers is no list. Write pairs of a name and a value, such as [["accept", "text/html"]].')
    pairs = []
    for line in lines:
        match line:
            case [str(name), str(text)] if name:
                pairs.append((name.lower(), _checked(name, text)))
            case _:
                raise invalid('headers has an element that is no pair. Write pairs such as ["accept", "text/html"].')
    return pairs


def _checked(name: str, text: str) -> str:
    """Return the value of a header. Raises Problem for a name or a value that no request can have."""
    if TOKEN.fullmatch(name) is None:
        raise invalid(f'headers has the name "{name}". Write a name such as accept.')
    if not text.isprintable() or not text.isascii():
        raise invalid(f"headers has {text!r} as the value of {name}. Write printable ASCII.")
    return text
