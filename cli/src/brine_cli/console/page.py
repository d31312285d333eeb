"""The pages of the console. A strict Content-Security-Policy lets them load their own files only."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from brine_cli.http import limits
from brine_cli.http.messages import HttpResponse

if TYPE_CHECKING:
    from brine_cli.http.messages import HttpRequest
    from brine_cli.http.pages import Page

ROOT: Final = "/_brine/"
_TYPES: Final = {
    "console.html": "text/html; charset=utf-8",
    "console.css": "text/css; charset=utf-8",
    "console.svg": "image/svg+xml",
    "console.js": "text/javascript; charset=utf-8",
}
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
"""No text becomes markup or code: the page builds its elements one by one."""
_FIELDS: Final = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)


def console_pages() -> dict[str, Page]:
    """Return the pages of the console, by path prefix."""
    return {ROOT: _answer}


def _answer(request: HttpRequest) -> HttpResponse:
    name = request.target.partition(b"?")[0].decode("latin-1").removeprefix(ROOT.rstrip("/")).lstrip("/")
    name = name or "console.html"
    if name not in _TYPES:
        return limits.refusal(404, "Not Found", f"the console is at {ROOT}")
    if request.method not in {"GET", "HEAD"}:
        return limits.refusal(405, "Method Not Allowed")
    body = b"" if request.method == "HEAD" else _content(name)
    return HttpResponse(status=200, headers=((b"content-type", _TYPES[name].encode()), *_FIELDS), body=body)


@cache
def _content(name: str) -> bytes:
    return Path(__file__).with_name(name).read_bytes()
