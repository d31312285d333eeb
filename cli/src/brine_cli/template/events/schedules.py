"""Reads the schedules of a template: events of functions, rules of EventBridge, schedules of its Scheduler."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from brine_cli.errors import NotEmulated, TemplateError
from brine_cli.schedules.expressions import parse_expression
from brine_cli.schedules.schedule import Schedule
from brine_cli.template.authorizers.declared import function_name
from brine_cli.template.intrinsics import ACCOUNT, REGION, STACK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine_cli.schedules.expressions import Expression
    from brine_cli.template.document import Node

RULE: Final = "AWS::Events::Rule"
SCHEDULE: Final = "AWS::Scheduler::Schedule"
USED: Final = frozenset(
    {
        *("GroupName", "Name", "ScheduleExpression", "ScheduleExpressionTimezone", "State", "Target"),
        "Targets",
    }
)
"""The properties of these resources that the local twin uses."""


def read_schedule_event(where: str, function: str, kind: str, properties: Node) -> Schedule:
    """Return the schedule of an event of the type Schedule or ScheduleV2. Raises NotEmulated and TemplateError.

    where: the function and the name of the event, for messages. properties: those of the event, resolved.
    """
    name = str(properties.get("Name") or f"{STACK}-{where.replace('.', '')}")
    is_rule = kind == "Schedule"
    text = properties.get("Schedule" if is_rule else "ScheduleExpression")
    enabled = properties.get("State", "ENABLED") == "ENABLED" and str(properties.get("Enabled", True)).lower() == "true"
    return Schedule(
        where=where,
        function=function,
        text=str(text),
        expression=_expression(where, text, properties.get("ScheduleExpressionTimezone")),
        service="events" if is_rule else "scheduler",
        arn=_rule_arn(name) if is_rule else _schedule_arn(properties.get("GroupName"), name),
        input=_as_text(properties.get("Input")),
        is_enabled=enabled,
    )


def read_schedule_resource(name: str, kind: str, properties: Node) -> Iterator[Schedule]:
    """Yield a schedule for each function that a rule or schedule resource invokes.

    Raises NotEmulated for a rule without a schedule, and TemplateError.
    """
    text = properties.get("ScheduleExpression")
    if text is None:
        raise NotEmulated(
            f"{name} ({kind}): it has an EventPattern, and the local twin has no event bus. "
            "Try: brine invoke FUNCTION -e EVENT.json"
        )
    expression = _expression(name, text, properties.get("ScheduleExpressionTimezone"))
    targets = properties.get("Targets", []) if kind == RULE else [properties.get("Target") or {}]
    own = str(properties.get("Name") or f"{STACK}-{name}")
    for target in targets:
        if target.keys() & {"InputPath", "InputTransformer"}:
            raise NotEmulated(f"{name} ({kind}): the local twin does not transform its input")
        yield Schedule(
            where=name,
            function=function_name(str(target.get("Arn"))),
            text=str(text),
            expression=expression,
            service="events" if kind == RULE else "scheduler",
            arn=_rule_arn(own) if kind == RULE else _schedule_arn(properties.get("GroupName"), own),
            input=_as_text(target.get("Input")),
            is_enabled=properties.get("State", "ENABLED") == "ENABLED",
        )


def _expression(where: str, text: Node, zone: Node) -> Expression:
    if text is None:
        raise NotEmulated(f"{where}: the local twin knows no expression of this schedule, such as rate(5 minutes)")
    try:
        return parse_expression(str(text), None if zone is None else ZoneInfo(str(zone)))
    except ZoneInfoNotFoundError:
        raise TemplateError(f"{where}: no time zone has the name {zone}") from None
    except ValueError as mistake:
        raise TemplateError(f"{where}: {mistake}") from None


def _rule_arn(name: str) -> str:
    return f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{name}"


def _schedule_arn(group: Node, name: str) -> str:
    return f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/{group or 'default'}/{name}"


def _as_text(value: Node) -> str | None:
    return None if value is None else str(value)
