"""Serves the console of a stack on this machine, and passes its requests on with the user's signature.

Whoever may use this server acts with the user's access to AWS. So a request needs the secret in the URL that the
command prints: neither another user of the machine nor a page of another program has it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hmac import compare_digest
from http import HTTPStatus
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Final

from brine.adapters.console.files import FACTS, GUARDS, START, console_file
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request
from brine.domain.routing.route import ADMIN_PREFIX
from brine.service.admin.api.operations import operation_at
from brine_cli.console.page import console_answer
from brine_cli.errors import CommandError
from brine_cli.http import limits
from brine_cli.http.messages import HttpResponse

if TYPE_CHECKING:
    from brine_cli.deployed.signed_requests import SignedRequests
    from brine_cli.http.admission import Admission
    from brine_cli.http.messages import HttpRequest

SECRET: Final = b"x-brine-console"
_PASSED_ON: Final = ("content-type", "authorization")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleServer:
    """Answers the requests of one console. takes_tokens: whether the page asks for a token of the admin API."""

    requests: SignedRequests
    admission: Admission
    takes_tokens: bool = False
    secret: str = field(default_factory=lambda: token_urlsafe(24))

    def url(self, server: str) -> str:
        """Return the URL to open. server: the URL of the server. A browser sends no part after the #."""
        return f"{server}{ADMIN_PREFIX}/{START}#{self.secret}"

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request of the page. Each answer forbids other sites to show or to read it."""
        refused = self.admission.refusal(request.method, request.target, request.headers)
        if refused is not None:
            return _guarded(limits.refusal(refused.status, HTTPStatus(refused.status).phrase, refused.detail))
        path = request.target.partition(b"?")[0].decode("latin-1")
        name = path.removeprefix(f"{ADMIN_PREFIX}/")
        if name == FACTS or (path.startswith(f"{ADMIN_PREFIX}/") and console_file(name) is not None):
            place = f"the stack {self.requests.address.stack}, {self.requests.address.url}"
            facts = {"live": False, "place": place, "takes_token": self.takes_tokens}
            return _guarded(console_answer(request, facts))
        return _guarded(self._passed_on(request, path))

    def _passed_on(self, request: HttpRequest, path: str) -> HttpResponse:
        operation = operation_at(path)
        if operation is None or operation.method != request.method:
            return limits.refusal(404, "Not Found", f"the console is at {ADMIN_PREFIX}/{START}")
        fields = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.headers}
        if not compare_digest(fields.get(SECRET.decode(), "").encode(), self.secret.encode()):
            return limits.refusal(403, "Forbidden", "open the whole URL that `brine console` printed")
        query = request.target.partition(b"?")[2].decode("latin-1")
        asked = Request(
            method=request.method,
            path=f"{self.requests.address.path}/{operation.name}",
            query=query or None,
            fields=Fields([(name, fields[name]) for name in _PASSED_ON if name in fields]),
            body=request.body,
        )
        try:
            answer = self.requests.send(asked)
        except CommandError as error:
            return limits.refusal(502, "Bad Gateway", str(error))
        return HttpResponse(
            status=answer.status, headers=((b"content-type", answer.content_type.encode()),), body=answer.body
        )


def _guarded(response: HttpResponse) -> HttpResponse:
    own = {name for name, _ in response.headers}
    lines = ((name.encode(), value.encode()) for name, value in GUARDS.items())
    return HttpResponse(
        status=response.status,
        headers=(*response.headers, *(line for line in lines if line[0] not in own)),
        body=response.body,
    )
