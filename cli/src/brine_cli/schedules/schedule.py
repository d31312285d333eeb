"""A schedule that invokes a function, and the event that it sends."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

    from brine_cli.schedules.expressions import Expression

_FORM = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A schedule of a template.

    where: its place in the template, such as ReportsFunction.Nightly.
    text: the expression as the template has it.
    service: EventBridge rules and EventBridge Scheduler send different events.
    arn: of the rule or schedule, for the event.
    input: the event as JSON, if the template gives one.
    is_enabled: a disabled schedule is shown, and never run.
    """

    where: str
    function: str
    text: str
    expression: Expression
    service: Literal["events", "scheduler"]
    arn: str
    input: str | None = None
    is_enabled: bool = True

    def event(self, at: datetime, execution: str) -> bytes:
        """Return the event of a run, as JSON. at: the time of the run in UTC. execution: an id of the run."""
        if self.input is not None:
            return self._input(at, execution).encode()
        region, account = self.arn.split(":")[3:5]
        event = {
            "version": "0",
            "id": execution,
            "detail-type": "Scheduled Event",
            "source": f"aws.{self.service}",
            "account": account,
            "time": at.strftime(_FORM),
            "region": region,
            "resources": [self.arn],
            "detail": {} if self.service == "events" else "{}",
        }
        return json.dumps(event).encode()

    def _input(self, at: datetime, execution: str) -> str:
        """Return the input with the context attributes of EventBridge Scheduler.

        (https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html)
        """
        text = self.input or ""
        if self.service == "scheduler":
            for name, value in (
                ("schedule-arn", self.arn),
                ("scheduled-time", at.strftime(_FORM)),
                ("execution-id", execution),
                ("attempt-number", "1"),
            ):
                text = text.replace(f"<aws.scheduler.{name}>", value)
        return text
