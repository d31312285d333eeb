"""The queue of refreshes: a failed refresh is tried again, then kept for people, and delays no other one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.template.stack import Stack


def sources(stack: Stack) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each event of a queue, with the function that takes it."""
    for function in stack.functions.values():
        for event in function.get("Events", {}).values():
            if event["Type"] == "SQS":
                yield function, event["Properties"]


def queue_of(stack: Stack, event: dict[str, Any]) -> dict[str, Any]:
    name, attribute = event["Queue"]["Fn::GetAtt"]
    assert attribute == "Arn"
    return stack.of_type("AWS::SQS::Queue")[name]


def test_a_message_stays_hidden_for_six_times_the_function_s_timeout(stack: Stack) -> None:
    longest = stack.parameters["Timeout"]["MaxValue"]
    for function, event in sources(stack):
        assert function["Timeout"] == {"Ref": "Timeout"}
        assert queue_of(stack, event)["VisibilityTimeout"] >= 6 * longest


def test_only_failed_messages_come_again_and_no_more_functions_run_than_allowed(stack: Stack) -> None:
    for _, event in sources(stack):
        assert event["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert event["BatchSize"] <= 10  # more would need a batching window, which delays a refresh
        assert event["ScalingConfig"] == {"MaximumConcurrency": {"Ref": "RefreshConcurrency"}}
    parameter = stack.parameters["RefreshConcurrency"]
    assert (parameter["MinValue"], parameter["MaxValue"]) == (2, 1000)  # Lambda's limits


def test_a_refresh_that_keeps_failing_is_kept_for_people(stack: Stack) -> None:
    queues = stack.of_type("AWS::SQS::Queue")
    (event,) = (event for _, event in sources(stack))
    redrive = queue_of(stack, event)["RedrivePolicy"]
    assert redrive == {"deadLetterTargetArn": {"Fn::GetAtt": ["FailedRefreshes", "Arn"]}, "maxReceiveCount": 3}
    # Moving does not restart the time, so the dead-letter queue must keep for longer than all tries take.
    assert queues["FailedRefreshes"]["MessageRetentionPeriod"] > queues["RefreshQueue"]["MessageRetentionPeriod"]
    assert queues["RefreshQueue"]["MessageRetentionPeriod"] > 3 * queues["RefreshQueue"]["VisibilityTimeout"]


def test_every_queue_is_encrypted(any_whole: Stack) -> None:
    queues = any_whole.of_type("AWS::SQS::Queue")
    assert queues
    for name, queue in queues.items():
        without_key = queue["SqsManagedSseEnabled"]
        assert without_key in (True, {"Fn::If": ["HasKmsKey", {"Ref": "AWS::NoValue"}, True]}), name


def test_the_gateway_asks_and_the_refresher_takes_at_the_same_queue(stack: Stack) -> None:
    assert stack.environment("GatewayFunction")["BRINE_REFRESH_QUEUE"] == "RefreshQueue"
    (event,) = stack.functions["RefresherFunction"]["Events"].values()
    assert event["Properties"]["Queue"] == {"Fn::GetAtt": ["RefreshQueue", "Arn"]}


def test_a_function_of_users_takes_the_refreshes_that_it_requested_from_a_queue_of_its_own(any_whole: Stack) -> None:
    own = [
        name.removesuffix("Function")
        for name in any_whole.functions
        if "BRINE_NAMESPACE" in any_whole.environment(name)
    ]
    assert len(own) == 2
    for name in own:
        function, queues = any_whole.functions[f"{name}Function"], any_whole.of_type("AWS::SQS::Queue")
        assert any_whole.environment(f"{name}Function")["BRINE_REFRESH_QUEUE"] == f"{name}Refreshes"
        (event,) = [event for taker, event in sources(any_whole) if taker == function]
        assert event["Queue"] == {"Fn::GetAtt": [f"{name}Refreshes", "Arn"]}
        assert event["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert event["BatchSize"] <= 10  # more would need a batching window, which delays a refresh
        assert event["ScalingConfig"] == {"MaximumConcurrency": 2}
        queue, dead = queues[f"{name}Refreshes"], queues[f"{name}FailedRefreshes"]
        assert queue["VisibilityTimeout"] >= 6 * function["Timeout"]
        target = {"Fn::GetAtt": [f"{name}FailedRefreshes", "Arn"]}
        assert queue["RedrivePolicy"] == {"deadLetterTargetArn": target, "maxReceiveCount": 3}
        assert dead["MessageRetentionPeriod"] > queue["MessageRetentionPeriod"] > 3 * queue["VisibilityTimeout"]
