"""Makes the log lines of functions readable for a person at a terminal.

CloudWatch takes a function's output line by line: JSON with a level and a message is a log record, JSON with `_aws` is
a set of metrics (embedded metric format). Anything else is shown as it is.
"""

from __future__ import annotations

import json

_SAID_ALREADY = frozenset({"level", "message", "timestamp", "service", "location"})


def readable(line: str) -> str:
    """One line of output, shortened to what matters at a desk."""
    try:
        record = json.loads(line)
    except ValueError:
        return line
    if not isinstance(record, dict):
        return line
    if "_aws" in record:
        return (
            f"  metrics  {_pairs({name: value for name, value in record.items() if name not in {'_aws', 'service'}})}"
        )
    if not {"level", "message"} <= record.keys():
        return line
    exception = record.pop("exception", None)
    text = f"{record['level']:<9}{record['message']}  " + _pairs(
        {name: value for name, value in record.items() if name not in _SAID_ALREADY}
    )
    return text.rstrip() if exception is None else f"{text.rstrip()}\n{exception}"


def _pairs(values: dict[str, object]) -> str:
    return " ".join(f"{name}={_short(value)}" for name, value in values.items())


def _short(value: object) -> str:
    if isinstance(value, list) and len(value) == 1:  # a metric's values of one flush
        (value,) = value
    return f"{value:.4g}" if isinstance(value, float) else str(value)
