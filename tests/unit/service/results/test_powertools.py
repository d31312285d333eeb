"""The observer that writes log records and metrics by the objects of Powertools that it is given."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any, get_args
from uuid import uuid4

import pytest
from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics

from brine import powertools_observer
from brine.service.diagnostics import Fault
from brine.service.results.call import CacheEvent, CallOutcome
from brine.service.results.powertools import OUTCOME_METRICS

if TYPE_CHECKING:
    from collections.abc import Callable

EVENT = CacheEvent(outcome="hit", layer="memory", cache="quotes", function="shop:price")


@pytest.fixture
def log() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def observe(log: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> Callable[[CacheEvent], None]:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "tests")
    return powertools_observer(Logger(service=f"shop-{uuid4()}", stream=log), EphemeralMetrics(service="shop"))


def records(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_a_hit_is_a_log_record_and_a_metric(
    observe: Callable[[CacheEvent], None], log: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    observe(EVENT)
    (record,) = records(log)
    assert (record["level"], record["cache"], record["function"]) == ("INFO", "quotes", "shop:price")
    assert (record["outcome"], record["layer"], record["stored"]) == ("hit", "memory", False)
    assert "faults" not in record
    metrics = json.loads(capsys.readouterr().out)
    assert (metrics["cache"], metrics["service"], metrics["Hit"]) == ("quotes", "shop", [1.0])


def test_faults_are_warnings_and_are_counted_by_kind(
    observe: Callable[[CacheEvent], None], log: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    faults = (Fault("table", "unavailable", "AccessDeniedException"), Fault("result", "unsupported", "result.a"))
    observe(CacheEvent(outcome="miss", cache="quotes", compute_time=0.25, faults=faults, refresh_requested=True))
    (record,) = records(log)
    assert (record["level"], record["milliseconds"]) == ("WARNING", 250.0)
    assert record["faults"] == ["table-unavailable: AccessDeniedException", "result-unsupported: result.a"]
    metrics = json.loads(capsys.readouterr().out)
    assert metrics["Miss"] == metrics["StoreFault"] == metrics["ResultUnsupported"] == [1.0]
    assert metrics["ComputeLatency"] == [250.0]
    assert metrics["RefreshRequested"] == [1.0]


def test_one_event_leaves_nothing_for_the_next(
    observe: Callable[[CacheEvent], None], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "true")
    for _ in range(200):
        observe(EVENT)
    assert capsys.readouterr().out == ""
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED")
    observe(CacheEvent(outcome="miss", cache="orders"))
    metrics = json.loads(capsys.readouterr().out)
    assert metrics["cache"] == "orders"
    assert "Hit" not in metrics


def test_every_outcome_has_a_metric() -> None:
    assert OUTCOME_METRICS.keys() == set(get_args(CallOutcome.__value__))
