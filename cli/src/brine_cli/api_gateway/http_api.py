"""The emulated HTTP API: it matches a route, makes the event, invokes the function and returns the response."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from brine_cli.api_gateway.events import PathRefused, read_target, to_event
from brine_cli.api_gateway.responses import MalformedResponse, to_response
from brine_cli.api_gateway.sigv4 import SignatureRefused, signer_of
from brine_cli.http import limits
from brine_cli.http.sandbox import may_be_shown, sandboxed
from brine_cli.lambda_runtime.environment import InvocationFailed
from brine_cli.lambda_runtime.environments import IntegrationTimedOut

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine_cli.api_gateway.route_table import RouteTable
    from brine_cli.http.admission import Admission
    from brine_cli.http.messages import HttpRequest, HttpResponse
    from brine_cli.lambda_runtime.environments import Environments


@dataclass(slots=True, kw_only=True)
class HttpApi:
    """Answers requests as API Gateway would. `environments` run the functions of the routes.

    A failure is answered as AWS does. `report` gets its reason. `integration_timeout` is in seconds.
    """

    routes: RouteTable
    environments: Mapping[str, Environments]
    admission: Admission
    report: Callable[[str], None]
    integration_timeout: float
    _last_failure: str = field(default="", init=False)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the response to `request`. A response that a browser may show as a page gets a sandbox."""
        response = self._answer(request)
        return sandboxed(response) if may_be_shown(request) else response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        if refused := self.admission.refusal(request.method, request.target, request.headers):
            self._report_once(request, f"{refused.status}: {refused.detail}")
            return limits.refusal(refused.status, HTTPStatus(refused.status).phrase, refused.detail)
        try:
            target = read_target(request.target)
        except PathRefused:
            self._report_once(request, "400: API Gateway cannot decode this path")
            return limits.refusal(400, "Bad Request")
        match = self.routes.match(request.method, target.path)
        if match is None:
            return limits.refusal(404, "Not Found")
        now = datetime.now(UTC)
        try:
            principal = signer_of(request, now) if match.route.authorizer == "AWS_IAM" else None
        except SignatureRefused as refused:
            self._report_once(request, f"403: {refused}")
            return limits.refusal(403, "Forbidden")
        event = to_event(request, target, match, now, principal)
        packed = json.dumps(event, ensure_ascii=False).encode()
        if len(packed) > limits.EVENT_BYTES:
            self._report_once(request, f"413: the event has {len(packed):,} bytes, Lambda takes {limits.EVENT_BYTES:,}")
            return limits.event_too_large(len(packed))
        response = self._invoke(request, match.route.function, packed)
        request_id = event["requestContext"]["requestId"].encode()
        return replace(response, headers=(*response.headers, (b"apigw-requestid", request_id)))

    def _invoke(self, request: HttpRequest, function: str, event: bytes) -> HttpResponse:
        try:
            answer = self.environments[function].invoke(event, timeout=self.integration_timeout)
            if len(answer) > limits.ANSWER_BYTES:
                self._report_once(
                    request,
                    f"502: the answer of {function} has {len(answer):,} bytes, Lambda takes {limits.ANSWER_BYTES:,}",
                )
                return limits.answer_too_large(len(answer))
            response, ignored = to_response(answer)
        except IntegrationTimedOut:
            self._report_once(
                request, f"503: {function} took longer than the {self.integration_timeout:g} s that API Gateway waits"
            )
            return limits.integration_timed_out(self.integration_timeout)
        except InvocationFailed as failure:
            self._report_once(request, f"502: {self._shortened(str(failure))}")
            return limits.internal_error()
        except MalformedResponse as error:
            self._report_once(request, f"502: the answer of {function} is malformed: {error}")
            return limits.internal_error()
        for remark in ignored:
            self._report_once(request, f"{function}: {remark}")
        return response

    def _shortened(self, failure: str) -> str:
        """Return the first and last line of a traceback that was reported in full just before."""
        if failure == self._last_failure:
            lines = failure.splitlines()
            return f"{lines[0]}: {lines[-1]} (as above)" if len(lines) > 1 else failure
        self._last_failure = failure
        return failure

    def _report_once(self, request: HttpRequest, what: str) -> None:
        path = request.target.partition(b"?")[0].decode("latin-1")
        self.report(f"{request.method} {path} -> {what}")
