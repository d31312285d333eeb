"""No script runs in what the servers of this machine answer.

httpbin answers with any page that its caller spells out, moto with any object of a bucket, and the gateway passes both
on, less the fields that the answer itself names in Connection. A script in such a page would be one of this machine, so
the twin and the emulator would answer it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from brine_cli.http.messages import HttpRequest, HttpResponse

SANDBOX: Final = (("content-security-policy", "sandbox"), ("x-content-type-options", "nosniff"))
"""The fields that make a browser run no script in an answer (CSP 3, 6.3.2), and guess no type (Fetch, 3.6)."""


def may_be_shown(request: HttpRequest) -> bool:
    """Return whether the request may come from a browser that makes a page, or a part of one, of the answer.

    Fetch Metadata calls that a navigation (2.2), whoever began it: links also come by mail. Older browsers do not say,
    and are known by their User-Agent. What a page fetches for itself is no page.
    """
    modes = {value for name, value in request.headers if name == b"sec-fetch-mode"}
    if modes:
        return b"navigate" in modes
    return (request.header(b"user-agent") or b"").startswith(b"Mozilla/")


def sandboxed(response: HttpResponse) -> HttpResponse:
    """Return the response with the fields of SANDBOX; policies of its own hold, too."""
    own = (line for line in response.headers if line[0].lower() != b"x-content-type-options")
    return replace(response, headers=(*own, *((name.encode(), value.encode()) for name, value in SANDBOX)))
