"""docs/operations.md lists every metric and every member of a log line, and nothing else."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from brine.adapters.emf.answer_log import REFRESH_METRICS, RESULT_METRICS, AnswerLog
from brine.adapters.emf.exchange_log import EXCHANGE_METRICS, PROBLEM_METRICS, ExchangeLog
from brine.adapters.emf.lines import MetricLines
from brine.adapters.emf.settings import LogSettings
from brine.domain.costs.usage import BilledCall, FunctionPrice
from brine.domain.http.messages import Response
from brine.service.channels.exchange_answer import ExchangeAnswer
from brine.service.diagnostics import FAULT_METRICS, Fault, FaultKind
from brine.service.http_cache.answer import Answer, Result
from brine.service.http_cache.refresher import Refresh, RefreshOutcome
from brine.service.results.powertools import OUTCOME_METRICS
from brine.service.transaction import PartReport
from tests.support.markdown import codes, read_page

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
PAGE = read_page(ROOT / "docs/operations.md")
OBSERVER = ROOT / "layers/core/src/brine/service/results/powertools.py"
UNITS = {"count": "Count", "milliseconds": "Milliseconds", "millionths of a USD": "None"}
CALLS = [BilledCall("GetItem", 0.5), BilledCall("PutItem", 1.0)]
FAULTS = tuple(Fault(kind, "unavailable") for kind in FAULT_METRICS)
HEAD = {"level", "message", "timestamp", "service", "xray_trace_id"}


def lines() -> Iterator[dict[str, Any]]:
    """Lines of each function with everything that a line can have."""
    texts: list[str] = []
    environment = {"_X_AMZN_TRACE_ID": "Root=1"}
    written = MetricLines(
        LogSettings(namespace="Tests", function=FunctionPrice(512, "arm64"), environment=environment), texts.append
    )
    answers, exchanged = AnswerLog(written), ExchangeLog(written)
    response, error = Response(status=200), ValueError()
    for result in RESULT_METRICS:
        answer = Answer(
            response=response,
            result=result,
            route="shop",
            layer="table",
            fwd="stale",
            detail="a detail",
            origin_time=0.1,
            retries=1,
            early_refresh=True,
            problem="internal",
            faults=FAULTS,
            parts=(PartReport(route="a", result="miss", status=200, cause="refused"),),
            cause="refused",
            error=error,
        )
        answers.answered(answer, "1", seconds=0.1, calls=CALLS)
    outcomes: tuple[RefreshOutcome, ...] = get_args(RefreshOutcome.__value__)
    for outcome, problem in [*((outcome, None) for outcome in outcomes), (outcomes[0], "unreadable")]:
        made = Refresh(outcome=outcome, route="shop", origin_time=0.1, retries=1, faults=FAULTS, cause="refused")
        answers.refreshed(made, "2", "1", seconds=0.1, calls=CALLS, problem=problem, error=error)
    for exchanged_as in EXCHANGE_METRICS:
        for kind in PROBLEM_METRICS:
            told = ExchangeAnswer(
                response=response,
                result=exchanged_as,
                channel="orders",
                message_id="3",
                delivered=1,
                undeliverable=("expired",),
                removed=1,
                problem=kind,
                faults=FAULTS,
            )
            exchanged.answered(told, "1", seconds=0.1, calls=CALLS, error=error)
    return map(json.loads, texts)


def metrics_in(line: dict[str, Any]) -> dict[str, str]:
    """The metrics of a line, with their units."""
    return {metric["Name"]: metric["Unit"] for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]}


def metrics_of_the_observer() -> set[str]:
    """The names of the metrics that the observer of a results cache writes."""
    names = {*OUTCOME_METRICS.values(), *FAULT_METRICS.values()}
    for node in ast.walk(ast.parse(OBSERVER.read_text())):
        match node:
            case ast.Call(func=ast.Attribute(attr="add_metric"), args=[ast.Constant(value=str(name)), *_]):
                names.add(name)
            case _:
                pass
    return names


def test_every_metric_is_documented_with_its_unit() -> None:
    documented = {name: UNITS[row[1]] for row in PAGE.rows if row[1] in UNITS for name in codes(row[0])}
    written = {name: unit for line in lines() for name, unit in metrics_in(line).items()}
    assert documented.keys() == written.keys() | metrics_of_the_observer()
    assert {name: documented[name] for name in written} == written


def test_every_member_of_a_log_record_is_documented() -> None:
    documented = {
        name for row in PAGE.rows if row[1] in {"all", "answer", "refresh", "exchange"} for name in codes(row[0])
    }
    written = {name for line in lines() for name in line.keys() - metrics_in(line).keys() - {"_aws"}}
    assert documented == written | {"reason"}


def test_every_alarm_is_about_a_metric() -> None:
    """The last column of the tables says when to be alarmed."""
    rows = [row for row in PAGE.rows if row[1] in UNITS]
    assert rows
    assert all(len(row) == 4 and row[3] for row in rows), [row for row in rows if len(row) != 4 or not row[3]]


def test_every_kind_of_fault_result_and_refresh_is_counted() -> None:
    assert FAULT_METRICS.keys() == set(get_args(FaultKind.__value__))
    assert RESULT_METRICS.keys() == set(get_args(Result.__value__))
    assert REFRESH_METRICS.keys() == {*get_args(RefreshOutcome.__value__), "malformed"}
