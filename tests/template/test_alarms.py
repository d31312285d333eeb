"""Each alarm watches a metric that exists, and leads to its paragraph in the runbook. So do dashboard and queries."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.template.stack import ROOT, references

if TYPE_CHECKING:
    from tests.template.stack import Stack

OWN = {"Ref": "MetricsNamespace"}
OF_AWS = {
    "AWS/Lambda": {"Errors", "Throttles", "ConcurrentExecutions"},
    "AWS/SQS": {"ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"},
    "AWS/ApiGateway": {"Count", "4xx", "5xx"},
    "AWS/DynamoDB": {
        "ConsumedReadCapacityUnits",
        "ConsumedWriteCapacityUnits",
        "ReadThrottleEvents",
        "WriteThrottleEvents",
    },
}
"""Metrics of AWS, as its documentation names them. HTTP APIs write 4xx where REST APIs write 4XXError."""


def alarms(stack: Stack) -> dict[str, dict[str, Any]]:
    found = stack.of_type("AWS::CloudWatch::Alarm")
    assert len(found) >= 15
    return found


def watched(alarm: dict[str, Any]) -> list[tuple[Any, str]]:
    """Namespace and name of each metric of an alarm."""
    if "MetricName" in alarm:
        return [(alarm["Namespace"], alarm["MetricName"])]
    metrics = [one["MetricStat"]["Metric"] for one in alarm["Metrics"] if "MetricStat" in one]
    return [(metric["Namespace"], metric["MetricName"]) for metric in metrics]


def documented_metrics() -> set[str]:
    """The metrics of docs/operations.md. A test there compares them with those that the code writes."""
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \| [\w ]+ \|", (ROOT / "docs/operations.md").read_text(), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


def test_every_watched_metric_exists(stack: Stack) -> None:
    own = documented_metrics()
    for name, alarm in alarms(stack).items():
        for namespace, metric in watched(alarm):
            assert metric in (own if namespace == OWN else OF_AWS[namespace]), name


def test_every_alarm_leads_to_its_paragraph_of_the_runbook(stack: Stack) -> None:
    page = (ROOT / "docs/runbook.md").read_text()
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL))
    assert sections.keys() == alarms(stack).keys()
    for name, alarm in alarms(stack).items():
        assert alarm["AlarmDescription"]["Fn::Sub"].endswith(f". ${{RunbookUrl}}#{name.lower()}"), name
        for part in ("**It means** ", "**Look** ", "**Do this.**"):
            assert sections[name].count(part) == 1, (name, part)
        assert f"](#{name.lower()})" in page.split("## ", 1)[0], name  # the table of what clients notice


def test_every_alarm_can_be_sent_and_switched_off(stack: Stack) -> None:
    topic = {"Fn::If": ["HasAlarmTopic", [{"Ref": "AlarmTopic"}], {"Ref": "AWS::NoValue"}]}
    for name, alarm in alarms(stack).items():
        condition = stack.template["Resources"][name]["Condition"]
        assert condition in {"HasAlarms", "WatchesHitRatio", "WatchesSpend"}, name
        assert alarm["AlarmActions"] == alarm["OKActions"] == topic, name
        assert alarm["TreatMissingData"] == "notBreaching", name  # no traffic is no alarm


def test_every_function_and_every_dead_letter_queue_has_an_alarm(stack: Stack) -> None:
    watched_resources = set().union(*(references(alarm) for alarm in alarms(stack).values()))
    assert stack.functions.keys() - {"SmokeFunction"} <= watched_resources  # CodeDeploy tells of that one
    dead = {
        queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        for queue in stack.of_type("AWS::SQS::Queue").values()
        if "RedrivePolicy" in queue
    }
    assert dead
    assert dead <= watched_resources


@pytest.fixture(scope="module")
def widgets(stack: Stack) -> list[dict[str, Any]]:
    """The widgets of the dashboard, in a stack whose names are plain words."""
    (dashboard,) = stack.of_type("AWS::CloudWatch::Dashboard").values()
    body = re.sub(r"\$\{([\w.:]+)\}", r"\1", dashboard["DashboardBody"]["Fn::Sub"])
    found: list[dict[str, Any]] = json.loads(body)["widgets"]
    return found


def test_the_dashboard_shows_only_metrics_that_exist(widgets: list[dict[str, Any]]) -> None:
    own = documented_metrics()
    shown = 0
    for widget in widgets:
        for metric in widget["properties"].get("metrics", ()):
            if isinstance(metric[0], dict):
                for name in re.findall(r'MetricName="(\w+)"', metric[0]["expression"]):
                    assert name in own
            else:
                assert metric[1] in (own if metric[0] == "MetricsNamespace" else OF_AWS[metric[0]]), metric
                shown += 1
    assert shown > 40


def test_the_widgets_of_the_dashboard_lie_side_by_side(widgets: list[dict[str, Any]]) -> None:
    taken: set[tuple[int, int]] = set()
    for widget in widgets:
        cells = {
            (x, y)
            for x in range(widget["x"], widget["x"] + widget["width"])
            for y in range(widget["y"], widget["y"] + widget["height"])
        }
        assert not cells & taken, widget["properties"]
        assert max(x for x, _ in cells) < 24
        taken |= cells


def test_the_runbook_names_every_saved_query(stack: Stack) -> None:
    page = (ROOT / "docs/runbook.md").read_text()
    for query in stack.of_type("AWS::Logs::QueryDefinition").values():
        title = query["Name"]["Fn::Sub"].removeprefix("${AWS::StackName}/")
        assert f"*{title}*" in page, title
