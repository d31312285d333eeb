"""Writes JSON lines that are a log record and a set of metrics at once, in CloudWatch's embedded metric format.

Each set of metrics has two sets of dimensions: `service` alone, for totals and their alarms, and `service` with a
second dimension. The values of the second are names in the configuration, and "none" stands for all others.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import sys
import time
from functools import lru_cache
from json import JSONEncoder
from typing import TYPE_CHECKING, Final

from brine.adapters.emf.settings import LEVEL_NAMES, LogSettings
from brine.domain.costs.usage import AwsUsage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from brine.domain.costs.usage import BilledCall

NONE: Final = "none"
"""The second dimension of what belongs to no route and no channel."""
_UNITS: Final = {"Latency": "Milliseconds", "OriginLatency": "Milliseconds", "CostMicroUsd": "None"}
_TRACE: Final = "_X_AMZN_TRACE_ID"
_encode = JSONEncoder(separators=(",", ":"), default=str).encode


class MetricLines:
    """Writes the lines of a function. Threads may share it.

    write: writes a text; by default to the standard output, which Lambda sends to CloudWatch. clock: seconds since
    1970.
    """

    def __init__(
        self,
        settings: LogSettings,
        write: Callable[[str], object] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._write = write or _print
        self._clock = clock

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> MetricLines:
        """Return the lines of a function with these variables. Raises ConfigError."""
        return cls(LogSettings.from_environment(environment))

    def write(
        self,
        message: str,
        level: int,
        facts: Mapping[str, object],
        metrics: Mapping[str, float],
        dimension: tuple[str, str],
        *,
        seconds: float,
        calls: Sequence[BilledCall],
        share: int = 1,
        error: BaseException | None = None,
    ) -> None:
        """Write one line, with one call of `write`.

        facts: the members of the log record; those that are None are left out. metrics: each value by its name. They
        are written whatever the level is. dimension: the name and the value of the second dimension. seconds: of the
        function. calls: to AWS, which count as metrics and as members of the record. share: the number of lines that
        share the invocation and its price. error: is written with its traceback.
        """
        settings, now = self._settings, self._clock()
        usage = AwsUsage.of(calls) if calls else None
        function = settings.function
        cost = (usage.micro_usd if usage else 0.0) + (function.of(seconds) / share if function else 0.0)
        line: dict[str, object] = {}
        usd = described = ""
        is_record = level >= settings.level
        if is_record:
            line = self._head(message, level, now)
            line |= {name: value for name, value in facts.items() if value is not None}
            if usage is not None:
                line |= _of_usage(usage)
            if error is not None:
                line |= _of_error(error)
            if cost:  # as a decimal fraction: some tools that read logs do not know 2.6e-07
                usd = f',"usd":{cost / 1e6:.10f}'
        elif settings.lambda_level is not None:  # without these two, Lambda takes the line for INFO and drops it
            line = {"level": settings.lambda_level, "timestamp": _timestamp(now)}
        if settings.namespace is not None:
            name, value = dimension
            metrics = {**metrics, **_metrics_of(usage, cost)}
            line |= {"service": settings.service, name: value, **metrics}
            metadata = _described(settings.namespace, name, tuple(metrics))
            described = f',"_aws":{{"Timestamp":{int(now * 1000)},{metadata}}}'
        if is_record or described:
            self._write(f"{_encode(line)[:-1]}{usd}{described}}}\n")

    def _head(self, message: str, level: int, now: float) -> dict[str, object]:
        """Return the first members of a record, with the id of the present trace of X-Ray."""
        head: dict[str, object] = {
            "level": LEVEL_NAMES[level],
            "message": message,
            "timestamp": _timestamp(now),
            "service": self._settings.service,
        }
        trace = self._settings.environment.get(_TRACE)
        if trace is not None:
            head["xray_trace_id"] = trace.partition(";")[0].removeprefix("Root=")
        return head


def milliseconds(seconds: float) -> float:
    """Return a time for a log record."""
    return round(seconds * 1000, 1)


def latency(seconds: float) -> float:
    """Return a time for a metric: milliseconds, exact to a microsecond."""
    return round(seconds * 1000, 3)


def _of_usage(usage: AwsUsage) -> dict[str, object]:
    units = {"read_units": usage.read_units, "write_units": usage.write_units}
    return {**{name: value for name, value in units.items() if value}, "calls": usage.calls}


def _metrics_of(usage: AwsUsage | None, cost: float) -> dict[str, float]:
    metrics = {"ReadUnits": usage.read_units, "WriteUnits": usage.write_units} if usage else {}
    metrics["CostMicroUsd"] = round(cost, 4)
    return {name: value for name, value in metrics.items() if value}


def _of_error(error: BaseException) -> dict[str, object]:
    import traceback  # noqa: PLC0415 - only an error needs it

    return {"exception": "".join(traceback.format_exception(error)).rstrip(), "exception_name": type(error).__name__}


def _timestamp(now: float) -> str:
    """Return a time in the form of RFC 3339."""
    return f"{_to_the_second(int(now))}.{int(now * 1000) % 1000:03}Z"


@lru_cache(maxsize=1)  # many answers come in the same second
def _to_the_second(now: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now))


@lru_cache(maxsize=512)  # few combinations of names exist
def _described(namespace: str, dimension: str, names: tuple[str, ...]) -> str:
    """Return the description of metrics as JSON."""
    metrics = [{"Name": name, "Unit": _UNITS.get(name, "Count")} for name in names]
    dimensions = [["service"], ["service", dimension]]
    return f'"CloudWatchMetrics":{_encode([{"Namespace": namespace, "Dimensions": dimensions, "Metrics": metrics}])}'


def _print(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
