"""Schedules are read from events of functions, rules and schedule resources."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from brine_cli.errors import NotEmulated, TemplateError
from brine_cli.template.application import read_application
from brine_cli.template.events.schedules import RULE, SCHEDULE, read_schedule_event, read_schedule_resource
from brine_cli.template.stacks import read_stack_template, resolve_stacks

TEMPLATE = Path(__file__).parents[1] / "fixtures/authorized/template.yaml"


def test_of_a_whole_template() -> None:
    application = read_application(*resolve_stacks(read_stack_template(TEMPLATE), {}, {}))
    assert [
        (one.where, one.function, one.text, one.is_enabled, one.arn, one.input) for one in application.schedules
    ] == [
        (
            "OrdersFunction.Nightly",
            "OrdersFunction",
            "cron(0 3 * * ? *)",
            True,
            "arn:aws:events:us-east-1:123456789012:rule/brine-dev-OrdersFunctionNightly",
            None,
        ),
        (
            "OrdersFunction.Often",
            "OrdersFunction",
            "rate(1 minute)",
            False,
            "arn:aws:scheduler:us-east-1:123456789012:schedule/default/brine-dev-OrdersFunctionOften",
            '{"at": "<aws.scheduler.scheduled-time>"}',
        ),
        (
            "Weekly",
            "OrdersFunction",
            "rate(7 days)",
            True,
            "arn:aws:events:us-east-1:123456789012:rule/brine-dev-Weekly",
            '{"weekly": true}',
        ),
    ]
    assert application.unserved[-1] == (
        "OnEvent (AWS::Events::Rule): it has an EventPattern, and the local twin has no event bus. "
        "Try: brine invoke FUNCTION -e EVENT.json"
    )


@pytest.mark.parametrize(
    ("properties", "enabled"),
    [({}, True), ({"Enabled": True}, True), ({"Enabled": "false"}, False), ({"State": "DISABLED"}, False)],
)
def test_the_state_of_an_event(properties: dict[str, Any], enabled: bool) -> None:
    schedule = read_schedule_event("Fn.E", "Fn", "Schedule", {"Schedule": "rate(1 day)", **properties})
    assert schedule.is_enabled is enabled


def test_a_schedule_of_the_scheduler() -> None:
    target = {"Arn": "Fn.Arn", "Input": "{}"}
    properties = {"Name": "n", "GroupName": "g", "ScheduleExpression": "rate(1 day)", "Target": target}
    (schedule,) = read_schedule_resource("S", SCHEDULE, properties)
    assert (schedule.function, schedule.input) == ("Fn", "{}")
    assert schedule.arn == "arn:aws:scheduler:us-east-1:123456789012:schedule/g/n"


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"Schedule": "rate(1 minutes)"}, r"Fn.E: 'rate\(1 minutes\)': AWS wants rate\(1 minute\)"),
        ({"Schedule": "rate(1 day)", "ScheduleExpressionTimezone": "Mars"}, "Fn.E: no time zone has the name Mars"),
    ],
)
def test_mistakes(properties: dict[str, Any], message: str) -> None:
    with pytest.raises(TemplateError, match=message):
        read_schedule_event("Fn.E", "Fn", "Schedule", properties)


def test_a_rule_that_transforms_its_input() -> None:
    properties = {"ScheduleExpression": "rate(1 day)", "Targets": [{"Arn": "Fn.Arn", "InputPath": "$.detail"}]}
    with pytest.raises(NotEmulated, match=r"^R \(AWS::Events::Rule\): the local twin does not transform its input"):
        list(read_schedule_resource("R", RULE, properties))
