"""Answers the requests to the admin API of the twin. Its modules are loaded at the first request."""

from __future__ import annotations

import json
import traceback
from dataclasses import replace
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Final

from brine_cli.api_gateway.events import PathRefused, read_target, to_event
from brine_cli.api_gateway.responses import to_response
from brine_cli.api_gateway.route_table import RouteMatch
from brine_cli.http.messages import HttpResponse
from brine_cli.template.event_sources import ApiRoute

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from brine.adapters.http1.client import HttpClient
    from brine.adapters.powertools.admin_resolver import AdminResolver
    from brine.service.admin.explain_request import Explain
    from brine.service.problems import ProblemType
    from brine_cli.http.messages import HttpRequest
    from brine_cli.lambda_runtime.launch import Launch

PATHS: Final = tuple(
    f"/_brine/{name}"
    for name in ("openapi.json", "version", "health", "stored", "explain", "purge", "circuits", "budgets", "keys")
)
"""The paths that it answers."""
_MATCH: Final = RouteMatch(route=ApiRoute(method="ANY", path=None, function="desk"), parameters={})


class Desk:
    """The admin API for the functions that a twin runs now. Threads may share it.

    launches: returns the settings of the functions now. served: returns the names of those with routes of the API.
    report: gets the lines about mistakes. explain: explains requests to the twin.
    """

    def __init__(
        self,
        launches: Callable[[], Iterable[Launch]],
        served: Callable[[], Collection[str]],
        report: Callable[[str], None],
        explain: Explain | None = None,
    ) -> None:
        self._launches = launches
        self._served = served
        self._report = report
        self._explain = explain
        self._lock = Lock()
        self._made_from: object = None
        self._resolver: AdminResolver | None = None
        self._client: HttpClient | None = None

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request of the admin API."""
        from brine.errors import ConfigError  # noqa: PLC0415 - the start of a twin need not wait for this

        try:
            target = read_target(request.target)
        except PathRefused:
            return _refusal("the path cannot be decoded. Write it in percent-encoded UTF-8.")
        try:
            resolver = self._current()
        except ConfigError as error:
            return _refusal(f"{error}", is_request=False)
        result = resolver(to_event(request, target, _MATCH, datetime.now(UTC)), None)
        response, _ = to_response(json.dumps(result).encode())
        return replace(response, body=b"") if request.method == "HEAD" else response

    def close(self) -> None:
        """Close the connections to the AWS emulator."""
        with self._lock:
            if self._client is not None:
                self._client.close()

    def _current(self) -> AdminResolver:
        """Return the admin API of the functions as they are now: made anew after a change of theirs or of routes.

        While a change has a mistake, the last API without one stays. Raises ConfigError.
        """
        from brine.adapters.http1.client import HttpClient  # noqa: PLC0415 - as above
        from brine.adapters.powertools.admin_resolver import AdminResolver  # noqa: PLC0415 - as above
        from brine.bootstrap.admin import build_joint_admin  # noqa: PLC0415 - as above
        from brine.errors import ConfigError  # noqa: PLC0415 - as above
        from brine_cli.desk.administered import administered_functions, files_of  # noqa: PLC0415 - as above

        with self._lock:
            launches = list(self._launches())
            made_from = [dict(one.variables) for one in launches], list(files_of(launches)), set(self._served())
            if made_from == self._made_from and self._resolver is not None:
                return self._resolver
            self._client = self._client or HttpClient()
            mistakes: list[str] = []
            functions = administered_functions(launches, self._served(), mistakes.append)
            if made_from != self._made_from:
                for mistake in mistakes:
                    self._report(mistake)
            self._made_from = made_from
            if not functions and self._resolver is None:
                raise ConfigError("; ".join(mistakes) or "no function of the template uses a cache, with BRINE_TABLE")
            if functions and not (mistakes and self._resolver):
                self._resolver = AdminResolver(
                    build_joint_admin(functions, self._client), self._failed, explain=self._explain
                )
            assert self._resolver is not None  # noqa: S101 - for the type checker
            return self._resolver

    def _failed(self, error: Exception) -> None:
        self._report(f"/_brine/ failed: {''.join(traceback.format_exception(error)).rstrip()}")


def _refusal(detail: str, *, is_request: bool = True) -> HttpResponse:
    """Return a problem: that of a request, or that of functions that no admin API can be made for."""
    from brine.service.problems import (  # noqa: PLC0415 - as above
        ADMIN_REQUEST_INVALID,
        STORE_UNAVAILABLE,
        problem_response,
    )

    kind: ProblemType = ADMIN_REQUEST_INVALID if is_request else STORE_UNAVAILABLE
    made = problem_response(kind, detail)
    lines = tuple((name.encode(), value.encode("latin-1")) for name, value in made.fields.lines)
    return HttpResponse(status=made.status, headers=lines, body=made.body)
