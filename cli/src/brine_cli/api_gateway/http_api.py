"""The emulated HTTP API: it matches a route, makes the event, invokes the function and returns the response."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from brine_cli.api_gateway.authorization.refused import AccessRefused
from brine_cli.api_gateway.events import PathRefused, read_target, to_event
from brine_cli.api_gateway.responses import MalformedResponse, to_response
from brine_cli.http import limits
from brine_cli.http.sandbox import may_be_shown, sandboxed
from brine_cli.lambda_runtime.environment import InvocationFailed
from brine_cli.lambda_runtime.environments import IntegrationTimedOut

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from brine_cli.api_gateway.events import Event
    from brine_cli.api_gateway.route_table import RouteTable
    from brine_cli.http.admission import Admission
    from brine_cli.http.messages import HttpRequest, HttpResponse
    from brine_cli.http.pages import Pages
    from brine_cli.lambda_runtime.environments import Invoker
    from brine_cli.live.exchange import Exchange
    from brine_cli.live.recorder import Recorder
    from brine_cli.template.event_sources import ApiRoute

_MOST_ROUTES = 20


@dataclass(slots=True, kw_only=True)
class HttpApi:
    """Answers requests as API Gateway would. `environments` run the functions of the routes. `authorize` checks them.

    A failure is answered as AWS does. `report` gets its reason. `integration_timeout` is in seconds. `on_answer` is
    called with the name of a function, the request and its answer. `recorder` gets each request and its answer, but
    not those for `pages`, which are the twin's own. known_failures: the messages of failures that were reported.
    """

    routes: RouteTable
    environments: Mapping[str, Invoker]
    admission: Admission
    authorize: Callable[[HttpRequest, ApiRoute, Event, datetime], None]
    report: Callable[[str], None]
    integration_timeout: float
    recorder: Recorder
    pages: Pages
    on_answer: Callable[[str, HttpRequest, HttpResponse], None] | None = None
    known_failures: Collection[str] = ()
    _last_failure: str = field(default="", init=False)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the response to `request`. A response that a browser may show as a page gets a sandbox."""
        exchange = self.recorder.begin(request)
        response = self._answer(request, exchange)
        if not exchange.is_page and may_be_shown(request):
            response = sandboxed(response)
        self.recorder.end(exchange, response)
        return response

    def _answer(self, request: HttpRequest, exchange: Exchange) -> HttpResponse:
        if refused := self.admission.refusal(request.method, request.target, request.headers):
            phrase = HTTPStatus(refused.status).phrase
            response = limits.refusal(refused.status, phrase, refused.detail)
            return self._refuse(exchange, "not admitted", refused.detail, response)
        try:
            target = read_target(request.target)
        except PathRefused:
            response = limits.refusal(400, "Bad Request")
            return self._refuse(exchange, "bad path", "API Gateway cannot decode this path", response)
        if page := self.pages.find(target.path):
            exchange.is_page = True
            return page(request)
        match = self.routes.match(request.method, target.path)
        if match is None:
            exchange.reason = "no route"
            exchange.notes.append(f"API Gateway has no route for this. {self._known_routes()}")
            return limits.refusal(404, "Not Found", self._known_routes())
        now = datetime.now(UTC)
        event = to_event(request, target, match, now)
        try:
            self.authorize(request, match.route, event, now)
        except AccessRefused as denied:
            return self._refuse(exchange, "not authorized", str(denied), denied.response)
        packed = json.dumps(event, ensure_ascii=False).encode()
        if len(packed) > limits.EVENT_BYTES:
            size, limit = f"{len(packed):,} bytes", f"Lambda takes {limits.EVENT_BYTES:,}"
            explained = f"event: {size} (a binary body grows by a third), {limit}"
            response = limits.refusal(413, "Request Entity Too Large", explained)
            return self._refuse(exchange, "event too large", f"the event has {size}, {limit}", response)
        exchange.function = match.route.function
        response = self._invoke(request, exchange, match.route.function, packed)
        request_id = event["requestContext"]["requestId"].encode()
        return replace(response, headers=(*response.headers, (b"apigw-requestid", request_id)))

    def _invoke(self, request: HttpRequest, exchange: Exchange, function: str, event: bytes) -> HttpResponse:
        failed = limits.refusal(502, "Internal Server Error")  # the console shows the reason, not the client
        try:
            environments = self.environments[function]
            answer = environments.invoke(event, timeout=self.integration_timeout, request_id=exchange.id)
            if len(answer) > limits.ANSWER_BYTES:
                size = f"{len(answer):,} bytes, Lambda takes {limits.ANSWER_BYTES:,}"
                response = limits.refusal(502, "Internal Server Error", f"the function's answer: {size}")
                return self._refuse(exchange, "answer too large", f"the answer of {function} has {size}", response)
            response, ignored = to_response(answer)
        except IntegrationTimedOut as timed_out:
            seconds = f"{self.integration_timeout:g} s"
            explained = f"no answer from the function within {seconds}, API Gateway waits no longer"
            response = limits.refusal(503, "Service Unavailable", explained)
            reason = str(timed_out) or f"{function} took longer than the {seconds} that API Gateway waits"
            return self._refuse(exchange, f"timeout after {seconds}", reason, response)
        except InvocationFailed as failure:
            return self._refuse(exchange, "function failed", self._shortened(str(failure)), failed)
        except MalformedResponse as error:
            reason = f"the answer of {function} is malformed: {error}"
            return self._refuse(exchange, "malformed answer", reason, failed)
        for remark in ignored:
            self._explain(exchange, remark, f"{function}: {remark}")
        if self.on_answer is not None:
            self.on_answer(function, request, response)
        return response

    def _known_routes(self) -> str:
        known = self.routes.keys
        more = "" if len(known) <= _MOST_ROUTES else f" and {len(known) - _MOST_ROUTES} more"
        return f"The routes are {', '.join(known[:_MOST_ROUTES])}{more}"

    def _refuse(self, exchange: Exchange, reason: str, explained: str, response: HttpResponse) -> HttpResponse:
        """Return `response`, after a report of its reason: in few words, and in a sentence."""
        exchange.reason = reason
        self._explain(exchange, explained, f"{response.status}: {explained}")
        return response

    def _shortened(self, failure: str) -> str:
        """Return only the first line of a known failure, and the last one too if it was reported just before."""
        if failure in self.known_failures:
            return f"{failure.partition('\n')[0]} (reported above)"
        if failure == self._last_failure:
            lines = failure.splitlines()
            return f"{lines[0]}: {lines[-1]} (as above)" if len(lines) > 1 else failure
        self._last_failure = failure
        return failure

    def _explain(self, exchange: Exchange, note: str, reported: str) -> None:
        """Add a note to the record of the request, and report the same for readers without records."""
        exchange.notes.append(note)
        path = exchange.target.partition("?")[0]
        self.report(f"{exchange.request.method} {path} -> {reported}")
