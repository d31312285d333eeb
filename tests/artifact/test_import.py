"""The built functions import and answer with only the shipped files."""

from __future__ import annotations

import base64
import json
import subprocess
import sysconfig
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.events import EVENTS, load_event

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.artifact.machine import Machine

pytestmark = pytest.mark.artifact

INVOKE = Path(__file__).with_name("invoke.py")


@dataclass(frozen=True, slots=True)
class Invoked:
    """The result of one invocation in a new process."""

    returned: dict[str, Any]
    modules: list[Path]

    @property
    def body(self) -> bytes:
        body: str = self.returned["body"]
        return base64.b64decode(body) if self.returned.get("isBase64Encoded") else body.encode()


def invoke(machine: Machine, event: str, folder: Path) -> Invoked:
    answer = folder / "answer.json"
    run = f"import runpy; runpy.run_path({str(INVOKE)!r}, run_name='__main__')"
    command = machine.python(run, machine.handler, str(EVENTS / event), str(answer))
    result = subprocess.run(
        command, env=dict(machine.variables), capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 0, result.stderr
    content = json.loads(answer.read_text())
    return Invoked(content["returned"], [Path(file) for file in content["modules"]])


def test_it_keeps_a_response_and_serves_it_in_a_new_process(machine: Machine, tmp_path: Path) -> None:
    first = invoke(machine, "http-api/get-cache.json", tmp_path)
    second = invoke(machine, "http-api/get-cache.json", tmp_path)
    assert first.returned["statusCode"] == second.returned["statusCode"] == 200
    assert {"fwd=uri-miss", "stored"} <= set(first.returned["headers"]["cache-status"].split("; "))
    assert second.returned["headers"]["cache-status"].startswith("brine; hit; ttl=")
    assert second.body == first.body
    assert not [module for module in second.modules if {"formats", "msgpack"} & set(module.parts)]  # no hit needs them


def test_it_answers_with_bytes(machine: Machine, tmp_path: Path) -> None:
    assert invoke(machine, "http-api/get-image.json", tmp_path).body.startswith(b"\x89PNG\r\n")


def test_everything_that_it_loads_is_what_ships(machine: Machine, tmp_path: Path) -> None:
    """Neither boto3, which would double the cold start, nor anything of the workspace."""
    modules = invoke(machine, "http-api/get-cache.json", tmp_path).modules
    shipped = [
        module for module in modules if module.is_relative_to(machine.task) or module.is_relative_to(machine.opt)
    ]
    assert not [module for module in set(modules) - set(shipped) if "site-packages" in module.parts]
    library = [module for module in modules if module.is_relative_to(sysconfig.get_path("stdlib"))]
    assert set(modules) - set(shipped) - set(library) == {INVOKE}
    assert machine.task / "app.py" in shipped
    assert machine.opt / "python/brine/bootstrap/gateway.py" in shipped


def without_services(function: Machine) -> Machine:
    return replace(function, variables={**function.variables, "BRINE_HTTPBIN_ORIGIN": "http://127.0.0.1:9"})


def test_a_report_is_kept_and_found_in_a_new_process(machines: Callable[[str], Machine], tmp_path: Path) -> None:
    report = machines("ReportFunction")
    first = invoke(report, "http-api/get-report.json", tmp_path)
    assert (first.returned["statusCode"], json.loads(first.body)) == (200, {"coffee": 94.8, "tea": 130.0})
    assert first.returned["headers"]["cache-status"] == "brine; fwd=uri-miss; fwd-status=200; stored; ttl=60"
    second = invoke(without_services(report), "http-api/get-report.json", tmp_path)
    assert second.returned["headers"]["cache-status"].startswith("brine; hit; ttl=")
    assert second.body == first.body


def test_without_its_services_there_is_no_report(machines: Callable[[str], Machine], tmp_path: Path) -> None:
    answered = invoke(without_services(machines("ReportFunction")), "http-api/get-report.json", tmp_path).returned
    assert (answered["statusCode"], answered["headers"]["content-type"]) == (502, "application/problem+json")


def test_a_hit_of_a_function_loads_nothing_that_runs_functions(
    machines: Callable[[str], Machine], tmp_path: Path
) -> None:
    """Neither the router of Powertools, nor boto3."""
    report = machines("ReportFunction")
    runs = [invoke(report, "http-api/get-report.json", tmp_path) for _ in range(2)]
    parts = [{part for module in run.modules for part in module.parts} for run in runs]
    assert ["event_handler" in run for run in parts] == [True, False]
    assert not {"boto3", "botocore"} & set().union(*parts)


def test_a_function_takes_the_messages_of_its_queue(machines: Callable[[str], Machine], tmp_path: Path) -> None:
    report = machines("ReportFunction")
    invoke(report, "http-api/get-report.json", tmp_path)
    assert invoke(report, "sqs/refresh-report.json", tmp_path).returned == {"batchItemFailures": []}


def test_an_order_ends_the_dashboard_that_another_process_stored(
    machines: Callable[[str], Machine], tmp_path: Path
) -> None:
    shop = machines("ShopFunction")
    statuses = []
    for event in ("get-shop", "get-shop", "post-shop-order", "get-shop"):
        done = invoke(shop, f"http-api/{event}.json", tmp_path)
        assert done.returned["statusCode"] == 200, done.body
        statuses.append(done.returned["headers"]["cache-status"].removeprefix("brine; ").partition(";")[0])
        if event == "post-shop-order":
            assert json.loads(done.body) == {"customer": "7", "order": {"item": "tea", "count": 2}}
    assert statuses == ["fwd=uri-miss", "hit", "fwd=method", "fwd=uri-miss"]


def test_a_message_is_sent_by_one_process_and_received_by_another(
    machines: Callable[[str], Machine], tmp_path: Path
) -> None:
    exchange = machines("ExchangeFunction")
    sent = invoke(exchange, "http-api/exchange-send.json", tmp_path)
    assert sent.returned["statusCode"] == 202, sent.body
    received = invoke(exchange, "http-api/exchange-receive.json", tmp_path)
    (message,) = json.loads(received.body)["messages"]
    assert message["id"] == json.loads(sent.body)["id"]
    assert message["content"] == json.loads(load_event("http-api/exchange-send.json")["body"])
