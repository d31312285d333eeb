"""The refusal of a request by an authorizer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from brine_cli.http import limits

if TYPE_CHECKING:
    from http import HTTPStatus

    from brine_cli.http.messages import HttpResponse


class AccessRefused(Exception):
    """API Gateway refuses this request. The message says why, for the console.

    response: what the client gets. API Gateway gives no reason in the body, and for tokens one in WWW-Authenticate.
    """

    def __init__(self, reason: str, status: HTTPStatus, *, challenge: str | None = None) -> None:
        super().__init__(reason)
        response = limits.refusal(status, status.phrase)
        line = () if challenge is None else ((b"www-authenticate", challenge.encode("latin-1", "replace")),)
        self.response: HttpResponse = replace(response, headers=(*response.headers, *line))
