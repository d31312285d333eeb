"""The smoke function: it tries new versions of the functions, and tells CodeDeploy whether they may get traffic.

CodeDeploy calls it before it shifts traffic. An operator can call it with an empty event. It returns its report.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import boto3  # Lambda's runtime has it
from aws_lambda_powertools import Logger
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

UNKNOWN_PATH: Final = "/_brine-smoke/no-route"
"""A path that no route covers. The gateway's answer shows that it has read its settings and its routes."""
_STORE_FAULT = re.compile(r"detail=((?:table|bodies|keys|stamps|circuits|budgets|queue)-[a-z]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A call of a function. `check` returns what is wrong with its answer, or None."""

    name: str
    function: str
    event: Mapping[str, Any]
    check: Callable[[Any], str | None]


# A new version in a VPC may start for a while. Nothing is called twice: an answer is a verdict.
CONFIG: Final = Config(connect_timeout=5, read_timeout=35, retries={"total_max_attempts": 1})

logger = Logger(service="smoke")


def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, object]:
    """Try every version, tell CodeDeploy the verdict if it asks, and return the report."""
    report = {probe.name: tried(probe) for probe in probes(os.environ)}
    failed = {name: problem for name, problem in report.items() if problem is not None}
    verdict = "Failed" if failed else "Succeeded"
    (logger.error if failed else logger.info)("tried", extra={"verdict": verdict, "failed": failed or None})
    if "DeploymentId" in event:
        tell_codedeploy(event, verdict)
    return {"verdict": verdict, "probes": {name: problem or "good" for name, problem in report.items()}}


def tried(probe: Probe) -> str | None:
    """Call the version, and return what is wrong, or None."""
    try:
        result = boto3.client("lambda", config=CONFIG).invoke(
            FunctionName=probe.function, Payload=json.dumps(probe.event).encode()
        )
        payload = json.loads(result["Payload"].read() or b"null")
    except (BotoCoreError, ClientError, ValueError) as error:
        return f"it cannot be called: {error}"
    if result.get("FunctionError"):
        return f"it fails: {kind_of(payload)}"
    return probe.check(payload)


def kind_of(payload: Any) -> str:
    """Return the type and the first line of an error of a function. Its traceback is in its own log."""
    if not isinstance(payload, dict):
        return "without a reason"
    lines = str(payload.get("errorMessage", "")).splitlines()
    return f"{payload.get('errorType', 'an error')}: {lines[0] if lines else ''}"


def tell_codedeploy(event: Mapping[str, Any], verdict: str) -> None:
    """Tell CodeDeploy the verdict. It waits for it, and without one it gives up after an hour."""
    boto3.client("codedeploy").put_lifecycle_event_hook_execution_status(
        deploymentId=event["DeploymentId"],
        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
        status=verdict,
    )


def probes(environment: Mapping[str, str]) -> Iterator[Probe]:
    """Yield the calls of the versions that the environment names, and of the paths in SMOKE_PATHS."""
    gateway = environment["SMOKE_GATEWAY"]
    yield Probe(name="gateway", function=gateway, event=http_event(UNKNOWN_PATH), check=_is_route_unknown)
    for path in filter(None, environment.get("SMOKE_PATHS", "").split(",")):
        yield Probe(name=f"gateway {path}", function=gateway, event=http_event(path), check=_is_no_error)
    yield Probe(
        name="refresher",
        function=environment["SMOKE_REFRESHER"],
        event={"Records": []},
        check=lambda answer: None if answer == {"batchItemFailures": []} else "it does not answer as a refresher",
    )
    yield Probe(
        name="exchange",
        function=environment["SMOKE_EXCHANGE"],
        event=http_event("/exchange/no-such-channel"),
        check=_is_client_error,
    )


def http_event(path: str) -> dict[str, Any]:
    """Return an event of an HTTP API for a GET request, from nobody in particular."""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": "smoke.invalid", "user-agent": "brine-smoke"},
        "requestContext": {
            "apiId": "smoke",
            "domainName": "smoke.invalid",
            "requestId": "smoke",
            "stage": "$default",
            "http": {"method": "GET", "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"},
        },
        "isBase64Encoded": False,
    }


def _is_route_unknown(answer: Any) -> str | None:
    problem = _status_error(answer) or _store_fault(answer)
    if problem is not None:
        return problem
    try:
        document = json.loads(answer["body"])
    except (KeyError, TypeError, ValueError):
        document = None
    is_problem = isinstance(document, dict) and document.get("status") == 404
    return None if answer["statusCode"] == 404 and is_problem else "it does not refuse an unknown path as a gateway"


def _is_no_error(answer: Any) -> str | None:
    problem = _status_error(answer) or _store_fault(answer)
    if problem is not None:
        return problem
    return f"it answers {answer['statusCode']}" if answer["statusCode"] >= 400 else None


def _is_client_error(answer: Any) -> str | None:
    problem = _status_error(answer)
    if problem is not None:
        return problem
    is_refusal = 400 <= answer["statusCode"] < 500
    return None if is_refusal else f"it answers {answer['statusCode']} where it must refuse"


def _status_error(answer: Any) -> str | None:
    """Return what is wrong with the form of an answer, or that it is an error of the server."""
    status = answer.get("statusCode") if isinstance(answer, dict) else None
    if not isinstance(status, int):
        return "it does not answer as a function behind an HTTP API"
    return f"it answers {status}" if status >= 500 else None


def _store_fault(answer: Any) -> str | None:
    """Return the fault of a store that Cache-Status names, such as `table-unavailable`."""
    fields = answer.get("headers", {})
    status = next((str(value) for name, value in fields.items() if name.lower() == "cache-status"), "")
    fault = _STORE_FAULT.search(status)
    return None if fault is None else f"its stores fail: {fault[1]}"
