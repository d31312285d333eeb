"""Response fields that stop browsers from running scripts in a response.

httpbin answers with any page that its caller asks for, moto with any object of a bucket. The gateway passes both on,
without the fields that the response lists in Connection. A script in such a page would have an origin on this machine,
so the twin and the emulator would answer its requests.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from brine_cli.http.messages import HttpRequest, HttpResponse

SANDBOX: Final = (("content-security-policy", "sandbox"), ("x-content-type-options", "nosniff"))
"""The fields that stop scripts in a response (CSP 3, 6.3.2), and the guessing of its type (Fetch, 3.6)."""


def may_be_shown(request: HttpRequest) -> bool:
    """Return whether a browser may show the response as a page, or as a part of one.

    Fetch Metadata calls this a navigation (2.2). It may start anywhere, for example at a link in an e-mail. Older
    browsers do not send this field, and are known by their User-Agent. A response to a script of a page is not shown.
    """
    modes = {value for name, value in request.headers if name == b"sec-fetch-mode"}
    if modes:
        return b"navigate" in modes
    user_agent = next((value for name, value in request.headers if name == b"user-agent"), b"")
    return user_agent.startswith(b"Mozilla/")


def sandboxed(response: HttpResponse) -> HttpResponse:
    """Return the response with the fields of SANDBOX. Its own policies stay in force."""
    own = (line for line in response.headers if line[0].lower() != b"x-content-type-options")
    return replace(response, headers=(*own, *((name.encode(), value.encode()) for name, value in SANDBOX)))
