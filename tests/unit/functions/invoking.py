"""A function of functions/ in a process of its own, as the local twin runs it, on emulated AWS."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from brine_cli.lambda_runtime.environment import Environment
from brine_cli.lambda_runtime.launch import prepare
from brine_cli.template.functions import Function
from brine_cli.template.layers import Layer
from tests.support.emulators.aws import REGION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.support.emulators.aws import Emulator

ROOT = Path(__file__).parents[3]
KEYS = '{"1": "a secret of the tests that is long enough"}'
NAMESPACE = "Tests"
SECONDS = 30


@dataclass
class Output:
    """A function's output, line by line. Complete once its process has ended."""

    lines: list[str] = field(default_factory=list)

    @property
    def log(self) -> list[dict[str, Any]]:
        """The log records, in order, without the metrics that are in the same lines."""
        return [_without_metrics(record) for record in map(json.loads, self.lines) if "level" in record]

    @property
    def metrics(self) -> list[dict[str, Any]]:
        """The sets of metrics, in order: each figure by its name, and the dimensions."""
        return [_figures(record) for record in map(json.loads, self.lines) if "_aws" in record]


class Invoker:
    """Hands events to a running function."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment

    def __call__(self, event: object) -> Any:
        """The function's answer to an event."""
        return json.loads(self._environment.submit(json.dumps(event).encode()).result(SECONDS))


def variables_on(emulator: Emulator, routes: Path) -> dict[str, str]:
    """The environment of a gateway with a table, a bucket and keys of its own."""
    name = f"function-{uuid4().hex[:8]}"
    return {
        "AWS_ENDPOINT_URL": emulator.endpoint_url,
        "AWS_REGION": REGION,
        "BRINE_TABLE": emulator.create_table(name),
        "BRINE_BUCKET": emulator.create_bucket(name),
        "BRINE_SIGNING_KEYS_SECRET": emulator.create_secret(name, KEYS),
        "BRINE_ROUTES": str(routes),
        "POWERTOOLS_METRICS_NAMESPACE": NAMESPACE,
        "POWERTOOLS_SERVICE_NAME": "gateway",
    }


@contextlib.contextmanager
def running(variables: Mapping[str, str], opt: Path, output: Output, *, code: Path, handler: str) -> Iterator[Invoker]:
    """The function with its handler in the folder `code`, beside the gateway's own code. `opt` stands for /opt."""
    folders = {
        "Gateway": ROOT / "functions/gateway",
        "Core": ROOT / "layers/core/src",
        "Codec": ROOT / "layers/codec/src",
    }
    function = Function(
        logical_id="GatewayFunction",
        code=code,
        handler=handler,
        layers=tuple(Layer(logical_id=name, content=folder, is_built=True) for name, folder in folders.items()),
        environment=variables,
        timeout=SECONDS,
        memory=512,
    )
    reports: list[str] = []
    launch = prepare(function, opt, variables={}, show=output.lines.append)
    environment = Environment(launch, threads=1, report=reports.append)
    try:
        environment.wait_until_ready(SECONDS)
        yield Invoker(environment)
    finally:
        environment.stop()
    assert reports == []


def _without_metrics(record: dict[str, Any]) -> dict[str, Any]:
    described = record.get("_aws", {}).get("CloudWatchMetrics", [])
    names = [metric["Name"] for one in described for metric in one["Metrics"]]
    return {name: value for name, value in record.items() if name not in {"_aws", *names}}


def _figures(record: dict[str, Any]) -> dict[str, Any]:
    (described,) = record["_aws"]["CloudWatchMetrics"]
    assert described["Namespace"] == NAMESPACE
    total, detailed = described["Dimensions"]
    assert total == ["service"] == detailed[:-1]
    figures = {metric["Name"]: record[metric["Name"]] for metric in described["Metrics"]}
    return figures | {name: record[name] for name in detailed}
