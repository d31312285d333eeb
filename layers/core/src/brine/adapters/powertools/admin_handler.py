"""Answers operators by the admin API and the console, and logs each request: the handler of the admin function."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from brine.adapters.console.files import FACTS, GUARDS, console_file
from brine.adapters.lambda_http import Incoming, read, write
from brine.adapters.powertools.admin_resolver import AdminResolver
from brine.domain.http.messages import Request
from brine.domain.routing.route import ADMIN_PREFIX
from brine.errors import BadEvent
from brine.service.problems import EVENT_INVALID, problem_response

if TYPE_CHECKING:
    from brine.adapters.powertools.admin_log import AdminLog
    from brine.service.admin.admin import Admin
    from brine.service.admin.explain_request import Explain
    from brine.service.admin.statistics import Statistics

_UNREAD = Incoming(request=Request(method="GET", path="/"), source="http-api-v2")


class AdminHandler:
    """Answers the events of an HTTP API, whose authorizer has let the operator in."""

    def __init__(self, admin: Admin, log: AdminLog, *, explain: Explain, statistics: Statistics) -> None:
        self._log = log
        self._resolver = AdminResolver(admin, log.failed, explain=explain, statistics=statistics)

    def __call__(self, event: Any, context: Any) -> dict[str, Any]:
        """Return the result for one event. An event that is no HTTP request gets a problem."""
        began = time.monotonic()
        incoming, problem = _UNREAD, None
        try:
            incoming = read(event)
        except BadEvent as error:
            problem = problem_response(EVENT_INVALID, str(error))
        with self._log.about(incoming.request, context.aws_request_id):
            result: dict[str, Any] = (
                _console(incoming.request) or self._resolver(event, context)
                if problem is None
                else write(problem, incoming)
            )
            self._log.answered(int(result["statusCode"]), seconds=time.monotonic() - began)
        return result


def _console(request: Request) -> dict[str, Any] | None:
    """Return a file of the console, or the facts that it reads; None for a request to the admin API."""
    name = request.path.removeprefix(f"{ADMIN_PREFIX}/")
    if request.method != "GET":
        return None
    if name == FACTS:
        return {"statusCode": 200, "headers": {"content-type": "application/json", **GUARDS}, "body": '{"live": false}'}
    file = console_file(name)
    return None if file is None else {"statusCode": 200, "headers": dict(file.fields), "body": file.body.decode()}
