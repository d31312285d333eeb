"""Answers operators by the admin API, and logs each request: the handler of the admin function."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from brine.adapters.lambda_http import Incoming, read, write
from brine.adapters.powertools.admin_resolver import AdminResolver
from brine.domain.http.messages import Request
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
            result: dict[str, Any] = self._resolver(event, context) if problem is None else write(problem, incoming)
            self._log.answered(int(result["statusCode"]), seconds=time.monotonic() - began)
        return result
