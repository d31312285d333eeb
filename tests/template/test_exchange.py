"""Which principals may reach the exchange, and that its queues, its bucket and channels.toml agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.adapters.config.channels import parse_channels
from brine.adapters.config.types import parse_types
from brine.adapters.memory.channels import MOST_ATTEMPTS
from brine.domain.channels.channel import MAX_RETENTION
from tests.template.stack import ROOT

if TYPE_CHECKING:
    from brine.adapters.config.channels import DeclaredChannel
    from tests.template.stack import Stack

FUNCTION = "ExchangeFunction"


@pytest.fixture
def channels(whole: Stack) -> tuple[DeclaredChannel, ...]:
    """The sample channels; queue and keys are the logical ids of resources."""
    folder = ROOT / "samples/routes"
    types = parse_types((folder / "types.d/samples.toml").read_text())
    text = (folder / "channels.d/samples.toml").read_text()
    return parse_channels(text, whole.environment(FUNCTION), types.by_name)


def test_every_route_of_the_exchange_asks_for_a_signature(stack: Stack) -> None:
    events = [event["Properties"] for event in stack.functions[FUNCTION]["Events"].values()]
    assert sorted((event["Method"], event["Path"]) for event in events) == [
        ("DELETE", "/exchange/{channel}/{receipt}"),
        ("GET", "/exchange/{channel}"),
        ("POST", "/exchange/{channel}"),
        ("POST", "/exchange/{channel}/uploads"),
        ("POST", "/exchange/{channel}/{receipt}/extend"),
    ]
    assert [event["Auth"] for event in events] == [{"Authorizer": "AWS_IAM"}] * len(events)
    assert stack.of_type("AWS::Serverless::HttpApi")["HttpApi"]["Auth"] == {"EnableIamAuthorizer": True}


def test_the_declared_channels_are_at_the_path_in_the_environment(stack: Stack) -> None:
    assert stack.environment(FUNCTION)["BRINE_CHANNELS"] == "/opt/channels.toml"
    assert {"Ref": "RoutesLayer"} in stack.functions[FUNCTION]["Layers"]
    assert (
        (ROOT / stack.of_type("AWS::Serverless::LayerVersion")["RoutesLayer"]["ContentUri"])
        .joinpath("channels.toml")
        .exists()
    )


def test_each_channel_has_a_queue_that_keeps_as_long_as_it_says_and_dead_letters(
    whole: Stack, channels: tuple[DeclaredChannel, ...]
) -> None:
    queues = whole.of_type("AWS::SQS::Queue")
    assert channels
    for declared in channels:
        queue, retries = queues[declared.queue], queues[declared.retry_queue]
        assert queue["MessageRetentionPeriod"] == retries["MessageRetentionPeriod"] == declared.channel.retention
        assert queue["RedrivePolicy"] == {
            "deadLetterTargetArn": {"Fn::GetAtt": [declared.retry_queue, "Arn"]},
            "maxReceiveCount": 1,
        }
        dead, _ = retries["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"]
        assert retries["RedrivePolicy"]["maxReceiveCount"] == MOST_ATTEMPTS
        assert queues[dead]["MessageRetentionPeriod"] == MAX_RETENTION
        assert declared.keys in whole.of_type("AWS::SecretsManager::Secret")


def test_each_channel_has_keys_of_its_own(whole: Stack, channels: tuple[DeclaredChannel, ...]) -> None:
    keys = [declared.keys for declared in channels]
    assert len(set(keys)) == len(keys)
    own = {whole.environment(function)["BRINE_SIGNING_KEYS_SECRET"] for function in whole.sealing}
    assert not own.intersection(keys)


def test_the_bucket_keeps_claims_longer_than_any_queue_keeps_messages(stack: Stack) -> None:
    rules = stack.of_type("AWS::S3::Bucket")["Bodies"]["LifecycleConfiguration"]["Rules"]
    (days,) = [rule["ExpirationInDays"] for rule in rules if rule.get("Prefix") == "claims/"]
    assert days * 86_400 > MAX_RETENTION


def test_messages_and_their_keys_outlive_the_stack(whole: Stack, channels: tuple[DeclaredChannel, ...]) -> None:
    for declared in channels:
        for name in (declared.queue, declared.retry_queue, declared.keys, "UndeliveredOrders"):
            resource = whole.template["Resources"][name]
            assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain"), name
