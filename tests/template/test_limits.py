"""The most that a flood of requests can take: the API's rate, and the concurrency of each function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from brine_cli.template.document import read_template
from brine_cli.template.intrinsics import Resolver
from tests.template.stack import ROOT, WITHOUT_DEFAULT

if TYPE_CHECKING:
    from tests.template.stack import Stack

ACCOUNT_RATE, ACCOUNT_BURST = 10_000, 5_000
"""What API Gateway lets all APIs of an account and region have together, unless AWS raises it."""


def resolved(**parameters: str) -> dict[str, Any]:
    """Properties of every function, as CloudFormation would have them with these parameters."""
    template = read_template(ROOT / "template.yaml")
    resolver = Resolver(template, overrides=WITHOUT_DEFAULT | parameters, attributes={})
    found = {name: resolver.resource(name) for name, one in template.resources.items() if "::Function" in one["Type"]}
    return {name: one["Properties"] for name, one in found.items() if one is not None}


def test_every_api_lets_in_so_many_requests_and_no_more(stack: Stack, whole: Stack) -> None:
    for name, api in whole.of_type("AWS::Serverless::HttpApi").items():
        assert api["DefaultRouteSettings"] == {
            "ThrottlingRateLimit": {"Ref": "RequestRate"},
            "ThrottlingBurstLimit": {"Ref": "RequestBurst"},
        }, name
        assert "RouteSettings" not in api, name
    rate, burst = stack.parameters["RequestRate"], stack.parameters["RequestBurst"]
    assert (rate["MinValue"], burst["MinValue"]) == (1, 1)  # 0 would refuse every request
    assert rate["Default"] <= burst["Default"] <= ACCOUNT_BURST / 10
    assert rate["Default"] <= ACCOUNT_RATE / 10


def test_every_function_is_bounded_by_its_queue_or_by_a_parameter(whole: Stack) -> None:
    for name, function in whole.functions.items():
        events = list(function.get("Events", {}).values())
        if not events:
            # Secrets Manager invokes the first, for the secrets of the stack alone. CodeDeploy invokes the second, and
            # operators the last.
            assert name in {"RotatorFunction", "SmokeFunction", "AdminFunction"}
            continue
        if all(event["Type"] == "SQS" for event in events):
            # Reserved concurrency would count throttled messages as received, and move them to the dead letters.
            assert "ReservedConcurrentExecutions" not in function, name
            assert [event["Properties"]["ScalingConfig"].keys() for event in events] == [{"MaximumConcurrency"}], name
            continue
        parameter = f"{name.removesuffix('Function')}Concurrency"
        condition = f"Bounds{name}"
        assert function["ReservedConcurrentExecutions"] == {
            "Fn::If": [condition, {"Ref": parameter}, {"Ref": "AWS::NoValue"}]
        }, name
        assert (whole.parameters[parameter]["Type"], whole.parameters[parameter]["MinValue"]) == ("Number", 0), name


def test_a_new_account_which_can_reserve_nothing_can_deploy() -> None:
    """Its quota is 10, and AWS lets no account reserve the last 100 (the last 10 where the quota is that small)."""
    assert not [name for name, function in resolved().items() if "ReservedConcurrentExecutions" in function]


def test_each_function_is_bounded_by_its_own_parameter() -> None:
    functions = resolved(GatewayConcurrency="50", ExchangeConcurrency="7")
    reserved = {name: function.get("ReservedConcurrentExecutions") for name, function in functions.items()}
    assert reserved == {
        "GatewayFunction": "50",
        "ExchangeFunction": "7",
        "RefresherFunction": None,
        "RotatorFunction": None,
        "SmokeFunction": None,
        "AdminFunction": None,
    }
