"""The pages of the console, for servers of this machine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from brine.adapters.console.files import FACTS, console_file
from brine_cli.http import limits
from brine_cli.http.messages import HttpResponse

if TYPE_CHECKING:
    from brine_cli.http.messages import HttpRequest
    from brine_cli.http.pages import Page

ROOT: Final = "/_brine/"
LIVE: Final[dict[str, object]] = {"live": True}
"""The facts about a twin: it has live requests."""


def console_pages() -> dict[str, Page]:
    """Return the pages of the console of a twin, by path prefix."""
    return {ROOT: lambda request: console_answer(request, LIVE)}


def console_answer(request: HttpRequest, facts: dict[str, object]) -> HttpResponse:
    """Return a file of the console, or the facts about its server, which the page reads."""
    name = request.target.partition(b"?")[0].decode("latin-1").removeprefix(ROOT.rstrip("/")).lstrip("/")
    if request.method not in {"GET", "HEAD"}:
        return limits.refusal(405, "Method Not Allowed")
    if name == FACTS:
        return HttpResponse(
            status=200, headers=((b"content-type", b"application/json"),), body=json.dumps(facts).encode()
        )
    file = console_file(name)
    if file is None:
        return limits.refusal(404, "Not Found", f"the console is at {ROOT}")
    lines = tuple((field.encode(), value.encode()) for field, value in file.fields.items())
    return HttpResponse(status=200, headers=lines, body=b"" if request.method == "HEAD" else file.body)
