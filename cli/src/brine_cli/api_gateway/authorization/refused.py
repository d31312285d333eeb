"""The refusal of a request by an authorizer."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from brine_cli.http import limits

if TYPE_CHECKING:
    from http import HTTPStatus

    from brine_cli.http.messages import HttpResponse

_NOT_PRINTABLE: Final = re.compile("[^ -~]")


class AccessRefused(Exception):
    """API Gateway refuses this request. The message says why, for the console.

    response: what the client gets. API Gateway gives no reason in the body, and for tokens one in WWW-Authenticate.
    """

    def __init__(self, reason: str, status: HTTPStatus, *, challenge: str | None = None) -> None:
        # A token may have any character, and these texts go to a console and into a field.
        super().__init__("".join(one if one.isprintable() or one == "\n" else "?" for one in reason))
        response = limits.refusal(status, status.phrase)
        line = () if challenge is None else ((b"www-authenticate", _NOT_PRINTABLE.sub("?", challenge).encode("ascii")),)
        self.response: HttpResponse = replace(response, headers=(*response.headers, *line))
