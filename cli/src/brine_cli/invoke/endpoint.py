"""The twin's endpoint for `brine invoke`: POST /_brine/invoke/FUNCTION with an event in JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from brine_cli.http.messages import HttpResponse
from brine_cli.invoke.run_once import run_once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from brine_cli.http.messages import HttpRequest
    from brine_cli.invoke.outcome import InvocationOutcome
    from brine_cli.lambda_runtime.launch import Launch
    from brine_cli.schedules.schedule import Schedule

PREFIX: Final = "/_brine/invoke/"
JSON: Final = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvokeEndpoint:
    """Answers with the InvocationOutcome in JSON.

    launches: how to start each function that the twin runs, by logical id. schedules: those of the template. Both are
    called for each request, because a reload may change them.
    """

    launches: Callable[[], Mapping[str, Launch]]
    schedules: Callable[[], Iterable[Schedule]]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the outcome of an invocation, or a problem (RFC 9457)."""
        if request.method != "POST":
            return _problem(HTTPStatus.METHOD_NOT_ALLOWED, "send the event with POST", (b"allow", b"POST"))
        media_type = next((value for name, value in request.headers if name == b"content-type"), b"")
        if media_type.partition(b";")[0].strip().lower() != JSON.encode():
            # A web page of another origin can send text without asking first, and JSON only after a preflight request.
            return _problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"send the event as {JSON}")
        name = request.target.partition(b"?")[0].decode("latin-1").rpartition("/")[2]
        launches = self.launches()
        if name not in launches:
            names = ", ".join(launches) or "none"
            return _problem(HTTPStatus.NOT_FOUND, f"no function has the name {name}. The functions are: {names}")
        try:
            json.loads(request.body or b"{}")
        except (ValueError, RecursionError) as error:
            return _problem(HTTPStatus.BAD_REQUEST, f"the event is not JSON: {error}")
        outcome = invocation(launches[name], self.schedules(), request.body)
        return HttpResponse(status=HTTPStatus.OK, headers=((b"content-type", JSON.encode()),), body=outcome.to_json())


def invocation(
    launch: Launch, schedules: Iterable[Schedule], event: bytes, show: Callable[[str], None] | None = None
) -> InvocationOutcome:
    """Return the outcome of a function for an event. An empty event means that of its schedule, or else {}.

    show: gets each line of the function's output at once.
    """
    if event:
        return run_once(launch, event, show=show)
    schedule = next((one for one in schedules if one.function == launch.name), None)
    if schedule is None:
        return replace(run_once(launch, b"{}", show=show), event_of="{}")
    event = schedule.event(datetime.now(UTC), str(uuid4()))
    return replace(run_once(launch, event, show=show), event_of=f"of its schedule {schedule.text}")


def _problem(status: HTTPStatus, detail: str, *headers: tuple[bytes, bytes]) -> HttpResponse:
    problem = {"type": "about:blank", "title": status.phrase, "status": int(status), "detail": detail}
    return HttpResponse(
        status=status,
        headers=((b"content-type", b"application/problem+json"), *headers),
        body=json.dumps(problem).encode(),
    )
