"""The twin's own pages below /_brine/: a table of path prefixes, each with a callable that answers its requests.

No function gets such a request. The pages answer programs, and the console itself. They show what is stored, purge it
and invoke functions, so no other web page may ask them: also none that the server admits (brine_cli.http.admission).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from brine_cli.http import limits
from brine_cli.http.admission import is_of_another_origin

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine_cli.http.messages import HttpRequest, HttpResponse

    type Page = Callable[[HttpRequest], HttpResponse]

PREFIX: Final = "/_brine/"
_GUARDS: Final = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
)
"""Fields that a page gets, unless it has its own (CSP 3, 6.4.2; Fetch, 3.7)."""


class Pages:
    """The pages of a server. table: by path prefix; the longest prefix of a path wins."""

    def __init__(self, table: Mapping[str, Page]) -> None:
        self._table = sorted(table.items(), key=lambda item: -len(item[0]))

    def find(self, path: str) -> Page | None:
        """Return the page for a decoded path, or None if the path belongs to functions."""
        if path != PREFIX.rstrip("/") and not path.startswith(PREFIX):
            return None
        for prefix, page in self._table:
            if path == prefix or path.startswith(prefix if prefix.endswith("/") else f"{prefix}/"):
                return lambda request: guarded(_foreign(request) or page(request))
        return lambda _: guarded(self._unknown())

    def _unknown(self) -> HttpResponse:
        known = ", ".join(sorted(prefix for prefix, _ in self._table)) or "none"
        return limits.refusal(404, "Not Found", f"no page of the twin has this path. Its pages: {known}")


def _foreign(request: HttpRequest) -> HttpResponse | None:
    """Return the refusal of a request that another web page sent; None for any other request."""
    if not is_of_another_origin(request.method, request.headers):
        return None
    detail = f"a web page of another origin sent the request. Only the console at {PREFIX} and programs may send it"
    return limits.refusal(403, "Forbidden", detail)


def guarded(response: HttpResponse) -> HttpResponse:
    """Return the response with the fields that keep other sites from showing or reading it."""
    own = {name.lower() for name, _ in response.headers}
    return replace(response, headers=(*response.headers, *(line for line in _GUARDS if line[0] not in own)))
