"""A line is a log record and a set of metrics, whatever is in it; the level drops the record and never the metrics."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine.adapters.emf.lines import MetricLines
from brine.adapters.emf.settings import ERROR, INFO, WARNING, LogSettings
from brine.domain.costs.usage import BilledCall, FunctionPrice

if TYPE_CHECKING:
    from collections.abc import Sequence

NOW = 1_790_000_000.25
TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
READ = BilledCall("BatchGetItem", 1.5)
CALLS = (READ, BilledCall("UpdateItem", 1.0), BilledCall("PutObject", 1.0), BilledCall("BatchGetItem", 0.5))


class Log:
    """Lines in memory, at a fixed time."""

    def __init__(self, **settings: Any) -> None:
        self.texts: list[str] = []
        self.lines = MetricLines(
            LogSettings(**{"service": "gateway", "namespace": "Tests", **settings}), self.texts.append, lambda: NOW
        )

    def write(
        self,
        level: int = INFO,
        facts: dict[str, object] | None = None,
        metrics: dict[str, float] | None = None,
        calls: Sequence[BilledCall] = (),
        **options: Any,
    ) -> dict[str, Any]:
        """The members of the line; none if there is no line."""
        self.texts.clear()
        self.lines.write(
            "answered",
            level,
            {"request_id": "7"} if facts is None else facts,
            {"Hit": 1} if metrics is None else metrics,
            ("route", "shop"),
            calls=calls,
            **{"seconds": 0.0025, **options},
        )
        if not self.texts:
            return {}
        (text,) = self.texts
        assert text.endswith("}\n")
        assert text.count("\n") == 1
        line: dict[str, Any] = json.loads(text)
        return line


def test_a_line_is_a_record_and_metrics_with_two_sets_of_dimensions() -> None:
    line = Log(environment={"_X_AMZN_TRACE_ID": TRACE}).write(facts={"request_id": "7", "layer": None})
    assert line == {
        "level": "INFO",
        "message": "answered",
        "timestamp": "2026-09-21T14:13:20.250Z",
        "service": "gateway",
        "xray_trace_id": "1-5759e988-bd862e3fe1be46a994272793",
        "request_id": "7",
        "route": "shop",
        "Hit": 1,
        "_aws": {
            "Timestamp": 1_790_000_000_250,
            "CloudWatchMetrics": [
                {
                    "Namespace": "Tests",
                    "Dimensions": [["service"], ["service", "route"]],
                    "Metrics": [{"Name": "Hit", "Unit": "Count"}],
                }
            ],
        },
    }


@pytest.mark.parametrize("level", [INFO, WARNING, ERROR])
def test_the_level_drops_the_record_and_keeps_the_metrics(level: int) -> None:
    line = Log(level=WARNING).write(level, calls=CALLS)
    assert line.keys() >= {"_aws", "service", "route", "Hit", "ReadUnits", "CostMicroUsd"}
    assert (line.keys() >= {"level", "message", "timestamp", "request_id", "usd", "calls"}) == (level >= WARNING)
    assert line.keys().isdisjoint({"level", "message", "timestamp", "request_id", "usd"}) == (level < WARNING)


def test_metrics_pass_the_filter_of_lambda() -> None:
    """It takes a line without a level, or without a time as in RFC 3339, for INFO."""
    log = Log(level=ERROR, lambda_level="ERROR")
    line = log.write(WARNING)
    assert line.keys() == {"level", "timestamp", "service", "route", "Hit", "_aws"}
    assert (line["level"], line["timestamp"]) == ("ERROR", "2026-09-21T14:13:20.250Z")
    assert Log(level=ERROR, lambda_level="ERROR", namespace=None).write(WARNING) == {}


def test_without_a_namespace_there_is_a_record_alone() -> None:
    assert Log(namespace=None).write(metrics={"Hit": 1}).keys() == {
        *("level", "message", "timestamp", "service", "request_id")
    }
    assert Log(namespace=None, level=ERROR).write() == {}


def test_calls_count_as_units_and_cost() -> None:
    line = Log().write(calls=CALLS)
    assert (line["read_units"], line["write_units"]) == (line["ReadUnits"], line["WriteUnits"]) == (2.0, 1.0)
    assert line["calls"] == {"BatchGetItem": 2, "UpdateItem": 1, "PutObject": 1}
    assert line["CostMicroUsd"] == pytest.approx(2 * 0.125 + 0.625 + 5.0)
    assert line["usd"] == pytest.approx(line["CostMicroUsd"] / 1e6)
    units = {metric["Name"]: metric["Unit"] for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]}
    assert units == {"Hit": "Count", "ReadUnits": "Count", "WriteUnits": "Count", "CostMicroUsd": "None"}


def test_units_that_were_not_used_are_not_there() -> None:
    line = Log().write(calls=[BilledCall("GetObject", 1.0)])
    assert line.keys().isdisjoint({"read_units", "write_units", "ReadUnits", "WriteUnits"})
    assert line["CostMicroUsd"] == 0.4
    assert Log().write().keys().isdisjoint({"calls", "usd", "CostMicroUsd"})


def test_the_time_of_the_function_is_part_of_the_cost_and_shared_by_a_batch() -> None:
    log = Log(function=FunctionPrice(1024, "arm64"))
    assert log.write(seconds=0.0025)["CostMicroUsd"] == round(0.2 + 0.003 * 13.3334, 4)
    assert log.write(seconds=0.0025, share=4)["CostMicroUsd"] == round((0.2 + 0.003 * 13.3334) / 4, 4)
    assert log.write(seconds=0.0025, calls=[READ])["CostMicroUsd"] == round(1.5 * 0.125 + 0.2 + 0.003 * 13.3334, 4)


def test_a_small_cost_is_a_decimal_fraction() -> None:
    log = Log()
    log.write(calls=[BilledCall("GetItem", 0.5)])
    assert ',"usd":0.0000000625,' in log.texts[0]


def failing() -> None:
    raise KeyError("missing")


def test_an_error_is_written_with_its_traceback() -> None:
    with pytest.raises(KeyError) as raised:
        failing()
    line = Log().write(ERROR, error=raised.value)
    assert (line["level"], line["exception_name"]) == ("ERROR", "KeyError")
    assert line["exception"].startswith("Traceback (most recent call last):\n")
    assert line["exception"].endswith("KeyError: 'missing'")
    assert "in failing" in line["exception"]


@given(st.text(), st.lists(st.text()), st.text())
def test_no_text_breaks_a_line(text: str, texts: list[str], name: str) -> None:
    line = Log().write(facts={"detail": text, "faults": texts, f"fact {name}": object})
    assert (line["detail"], line["faults"]) == (text, texts)
    assert line["_aws"]["CloudWatchMetrics"][0]["Metrics"] == [{"Name": "Hit", "Unit": "Count"}]


def test_the_output_is_written_at_once_and_flushed(capsys: pytest.CaptureFixture[str]) -> None:
    MetricLines.from_environment({"POWERTOOLS_METRICS_NAMESPACE": "Tests"}).write(
        "answered", INFO, {}, {"Hit": 1}, ("route", "none"), seconds=0.1, calls=()
    )
    (text,) = capsys.readouterr().out.splitlines()
    assert json.loads(text)["route"] == "none"


def test_lines_of_threads_do_not_mix() -> None:
    log = Log()
    numbers = range(200)

    def work(part: int) -> None:
        for number in numbers:
            log.lines.write(
                "answered", INFO, {"n": number}, {"Hit": 1}, ("route", f"r{part}"), seconds=0.1, calls=[READ]
            )

    threads = [threading.Thread(target=work, args=(part,)) for part in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = sorted((line["route"], line["n"]) for line in map(json.loads, log.texts))
    assert found == sorted((f"r{part}", number) for part in range(8) for number in numbers)
