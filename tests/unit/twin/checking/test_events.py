"""Mistakes in the events of functions: authorizers, payload formats, schedules and queues, each with its line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine_cli.checking.project import check_project
from tests.unit.twin.checking.test_templates import write

if TYPE_CHECKING:
    from pathlib import Path

    from brine_cli.checking.finding import Finding

TEMPLATE = """\
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        Authorizers:
          Users:
            IdentitySource: $request.header.Authorization
            JwtConfiguration: { issuer: "https://issuer.example", audience: [shop] }
  Queue: { Type: AWS::SQS::Queue }
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: code
      Handler: app.handler
      Events:
        Event: EVENT
"""
HTTP = "{ Type: HttpApi, Properties: { ApiId: !Ref Api, Path: /a, Method: get%s } }"


def check(folder: Path, event: str, *, more: str = "") -> list[Finding]:
    text = TEMPLATE.replace("EVENT", event) + more
    write(folder, {"template.yaml": text, "code/app.py": "handler = 1\n"})
    return check_project(folder / "template.yaml", environment={}, imported=()).findings


@pytest.mark.parametrize(
    "event",
    [
        HTTP % "",
        HTTP % ", Auth: { Authorizer: Users }",
        HTTP % ", PayloadFormatVersion: '2.0'",
        "{ Type: Schedule, Properties: { Schedule: rate(5 minutes) } }",
        "{ Type: SQS, Properties: { Queue: !GetAtt Queue.Arn, BatchSize: 5 } }",
        "{ Type: SQS, Properties: { Queue: !ImportValue orders, FilterCriteria: {} } }",
        "{ Type: S3, Properties: { Bucket: !ImportValue uploads } }",
    ],
)
def test_right_events(tmp_path: Path, event: str) -> None:
    assert check(tmp_path, event) == []


@pytest.mark.parametrize(
    ("event", "message", "remedy"),
    [
        (
            HTTP % ", Auth: { Authorizer: Userz }",
            "the API's Auth has no authorizer Userz.",
            "Its Authorizers: Users.",
        ),
        (
            HTTP % ", Auth: { Authorizer: AWS_IAM }",
            "AWS_IAM needs EnableIamAuthorizer: true in the API's Auth.",
            "Correct the event.",
        ),
        (
            "{ Type: Schedule, Properties: { Schedule: rate(5 minute) } }",
            "'rate(5 minute)': AWS wants rate(1 minute), and rate(2 minutes).",
            "Correct the event.",
        ),
        (
            "{ Type: ScheduleV2, Properties: { ScheduleExpression: rate(1 day), ScheduleExpressionTimezone: Mars } }",
            "no time zone has the name Mars.",
            "Correct the event.",
        ),
        (
            "{ Type: SQS, Properties: { Queue: !GetAtt Queue.Arn, BatchSize: ten } }",
            "BatchSize must be a number, not 'ten'.",
            "Correct the event.",
        ),
    ],
)
def test_a_wrong_event(tmp_path: Path, event: str, message: str, remedy: str) -> None:
    [one] = check(tmp_path, event)
    assert (one.code, one.given, one.message, one.remedy) == ("BR018", "Event", message, remedy)
    assert one.place is not None
    assert (one.place.line, one.resource) == (17, "Fn")


def test_a_wrong_rule(tmp_path: Path) -> None:
    rule = "  Rule: { Type: AWS::Events::Rule, Properties: { ScheduleExpression: daily, Targets: [] } }\n"
    [one] = check(tmp_path, HTTP % "", more=rule)
    assert one.message == "'daily' is not rate(NUMBER UNIT), cron(SIX FIELDS) or at(TIME)."
    assert one.place is not None
    assert (one.code, one.given, one.place.line) == ("BR018", "Rule", 18)


def test_payload_format_1_is_a_warning_for_a_function_of_others_and_a_mistake_for_one_of_brine(tmp_path: Path) -> None:
    event = HTTP % ", PayloadFormatVersion: '1.0'"
    [one] = check(tmp_path, event)
    remedy = 'Write PayloadFormatVersion: "2.0", or leave it out.'
    assert (one.code, one.given, one.remedy) == ("BR161", "PayloadFormatVersion: 1.0", remedy)
    assert one.message == "`brine dev` does not serve this event: it sends payload format 2.0 only."
    assert one.place is not None
    assert one.place.line == 17
    [one] = check(tmp_path, event, more="      Environment: { Variables: { BRINE_TABLE: t } }\n")
    assert (one.code, one.given, one.remedy) == ("BR018", "PayloadFormatVersion: 1.0", remedy)
    assert one.message == "functions of Brine read payload format 2.0 only."
