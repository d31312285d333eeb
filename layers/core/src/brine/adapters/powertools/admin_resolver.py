"""The HTTP binding of the admin API: JSON below /_brine/, and problem details (RFC 9457) for each mistake."""

from __future__ import annotations

import difflib
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from aws_lambda_powertools.event_handler import Response as PowertoolsResponse

from brine.adapters.powertools.admin_openapi import admin_openapi
from brine.adapters.powertools.resolver import FunctionResolver
from brine.service.admin.api.operations import OPERATIONS
from brine.service.admin.arguments import invalid, json_object
from brine.service.admin.explain_request import read_explain_request
from brine.service.problems import ADMIN_METHOD_UNKNOWN, ADMIN_PATH_UNKNOWN, INTERNAL, Problem, problem_response

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine.service.admin.admin import Admin
    from brine.service.admin.explain_request import Explain
    from brine.service.admin.statistics import Statistics

    type Handler = Callable[[], Mapping[str, object]]


class AdminResolver:
    """Answers events of an HTTP API or a function URL for the paths of the admin API. Threads may share it.

    An exception that is no Problem is a mistake of ours: the client gets a problem without its text, and `report` the
    exception. `explain` answers explain, and finds the keys of URLs for purges. `statistics` answers stats. Without
    them, these paths are unknown.
    """

    def __init__(
        self,
        admin: Admin,
        report: Callable[[Exception], None],
        *,
        explain: Explain | None = None,
        statistics: Statistics | None = None,
    ) -> None:
        self._report = report
        self._resolver = FunctionResolver()
        handlers: dict[str, Handler] = {
            "openapi.json": lambda: admin_openapi(served, str(admin.version()["brine"])),
            "version": admin.version,
            "health": admin.health,
            "stored": lambda: admin.stored(self._parameters()),
            "purge": lambda: admin.purge(self._members(), explain),
            "circuits": admin.circuits,
            "budgets": lambda: admin.budgets(self._parameters()),
            "keys": admin.keys,
        }
        if explain is not None:
            handlers["explain"] = lambda: explain(*read_explain_request(self._members()))
        if statistics is not None:
            handlers["stats"] = lambda: statistics.document(self._parameters())
        served = [operation for operation in OPERATIONS if operation.name in handlers]
        self._methods = {operation.path: operation.method for operation in served}
        for operation in served:
            answer = self._answering(handlers[operation.name])
            self._resolver.route(operation.path, method=operation.method)(answer)
        self._resolver.not_found(self._unknown)
        self._resolver.build_middleware_stacks()

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Return the result for one event, as Lambda writes it."""
        return self._resolver.resolve_apart(event, context)

    def _answering(self, handler: Handler) -> Callable[[], PowertoolsResponse[str]]:
        def answer() -> PowertoolsResponse[str]:
            try:
                document = handler()
            except Problem as problem:
                return _problem(problem)
            except Exception as error:  # noqa: BLE001 - the operator gets an answer for each mistake of ours, too
                self._report(error)
                return _problem(Problem(INTERNAL, f"the admin API failed with {type(error).__name__}"))
            status = 503 if document.get("status") == "failing" else 200
            return _json(status, document, "application/json")

        return answer

    def _unknown(self, _: Exception) -> PowertoolsResponse[str]:
        event = self._resolver.current_event
        allowed = self._methods.get(event.path)
        if allowed is not None:
            detail = f"{event.path} takes {allowed}, not {event.http_method}."
            return _problem(Problem(ADMIN_METHOD_UNKNOWN, detail), allow=allowed)
        near = difflib.get_close_matches(event.path, self._methods, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"The paths: {', '.join(self._methods)}."
        return _problem(Problem(ADMIN_PATH_UNKNOWN, f"{event.path} is unknown. {hint}"))

    def _parameters(self) -> dict[str, object]:
        """Return the parameters of the query. Raises Problem for one that is given twice."""
        raw = self._resolver.current_event.raw_event.get("rawQueryString") or ""
        pairs = parse_qsl(raw, keep_blank_values=True)
        parameters: dict[str, object] = {name: value for name, value in pairs if value}
        for name in parameters:
            if sum(name == other for other, _ in pairs) > 1:
                raise invalid(f"{name} is given more than once. Give it once.")
        return parameters

    def _members(self) -> dict[str, object]:
        """Return the members of the JSON object in the body. Raises Problem."""
        event = self._resolver.current_event
        try:
            return json_object(event.decoded_body or "")
        except ValueError:  # of an invalid coding
            raise invalid("the body is not UTF-8. Send a JSON object.") from None


def _problem(problem: Problem, **headers: str) -> PowertoolsResponse[str]:
    made = problem_response(problem.kind, problem.detail, retry_after=problem.retry_after)
    return _json(made.status, json.loads(made.body), "application/problem+json", **headers)


def _json(status: int, document: Mapping[str, object], content_type: str, **headers: str) -> PowertoolsResponse[str]:
    return PowertoolsResponse(
        status_code=status,
        content_type=content_type,
        headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **headers},
        body=json.dumps(document),
    )
