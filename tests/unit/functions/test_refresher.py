"""The refresher's handler: the log of a refresh that a store error ended."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING

from brine.adapters.config.routes import parse_routes
from brine.adapters.sqs import refresh_message
from brine.domain.caching.cache_key import resource_of
from brine.domain.refreshing.request import RefreshRequest
from brine.domain.routing.tenant import NO_TENANT
from tests.support.events import load_event
from tests.unit.functions.invoking import Output, running, variables_on

if TYPE_CHECKING:
    from tests.support.emulators.aws import Emulator

REFRESHER = Path(__file__).parents[3] / "functions/refresher"
ROUTES = '[[route]]\nname = "bin"\nprefix = "/httpbin"\norigin = "http://127.0.0.1:1"\n'


def test_a_fault_is_logged_with_its_cause_and_counted(emulator: Emulator, tmp_path: Path) -> None:
    routes = tmp_path / "routes.toml"
    routes.write_text(ROUTES)
    (route,) = parse_routes(ROUTES, {})
    request = RefreshRequest(route="bin", target="/x", key=resource_of(route, NO_TENANT, "/x").key)
    event = deepcopy(load_event("sqs/refresh.json"))
    event["Records"] = [event["Records"][0] | {"body": refresh_message.write(request)}]
    variables = variables_on(emulator, routes)
    variables["BRINE_TABLE"] += "-missing"
    output = Output()

    with running(variables, tmp_path / "opt", output, code=REFRESHER, handler="app.handler") as invoke:
        answer = invoke(event)

    assert answer == {"batchItemFailures": [{"itemIdentifier": event["Records"][0]["messageId"]}]}
    (record,), (metrics,) = output.log, output.metrics
    assert (record["outcome"], record["faults"]) == ("failed", ["table-unavailable: ResourceNotFoundException"])
    assert (metrics["StoreFault"], metrics["RefreshFailed"], metrics["route"]) == (1, 1, "bin")
