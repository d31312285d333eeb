"""Logs are kept for a set time, and hold no content that a client sent."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.template.stack import Stack

# What an access log may hold. Never a path, a header, an address or an identity.
HARMLESS = {
    "$context.requestTimeEpoch",
    "$context.requestId",
    "$context.httpMethod",
    "$context.protocol",
    "$context.status",
    "$context.responseLength",
    "$context.responseLatency",
    "$context.integrationLatency",
    "$context.integrationStatus",
    "$context.integrationErrorMessage",
    "$context.integration.requestId",
}


def test_every_function_logs_into_a_group_of_its_own(any_whole: Stack) -> None:
    groups = [function["LoggingConfig"]["LogGroup"]["Ref"] for function in any_whole.functions.values()]
    assert len(groups) == len(set(groups))
    assert set(groups) <= any_whole.of_type("AWS::Logs::LogGroup").keys()


def test_lambda_filters_no_log_lines(any_whole: Stack) -> None:
    """With the JSON format it would drop metrics above the level INFO, for their lines have none."""
    for name, function in any_whole.functions.items():
        assert function["LoggingConfig"].keys() == {"LogGroup"}, name


def test_every_log_group_has_a_retention(any_whole: Stack) -> None:
    for name, group in any_whole.of_type("AWS::Logs::LogGroup").items():
        assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}, name


def test_every_api_has_an_access_log(whole: Stack) -> None:
    for name, api in whole.of_type("AWS::Serverless::HttpApi").items():
        group, attribute = api["AccessLogSettings"]["DestinationArn"]["Fn::GetAtt"]
        assert attribute == "Arn", name
        assert group in whole.of_type("AWS::Logs::LogGroup"), name


def test_the_access_log_is_json_and_harmless(whole: Stack) -> None:
    for api in whole.of_type("AWS::Serverless::HttpApi").values():
        record = json.loads(api["AccessLogSettings"]["Format"])
        assert set(record.values()) <= HARMLESS
        assert set(re.findall(r"\$context[\w.]*", api["AccessLogSettings"]["Format"])) == set(record.values())
