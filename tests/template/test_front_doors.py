"""Front doors beside the HTTP API: closed by default, and leading to the version that gets the traffic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.template.stack import Stack

LIVE = {"Ref": "GatewayFunction.Alias"}


def resource(stack: Stack, name: str) -> dict[str, Any]:
    found: dict[str, Any] = stack.template["Resources"][name]
    return found


@pytest.mark.parametrize(
    ("parameter", "default"),
    [("FunctionUrl", "none"), ("RestApi", "false"), ("WebAcl", ""), ("DomainName", ""), ("HostedZone", "")],
)
def test_none_of_them_is_open_by_default(stack: Stack, parameter: str, default: str) -> None:
    assert stack.parameters[parameter]["Default"] == default


def test_everything_about_them_has_a_condition(stack: Stack) -> None:
    kinds = {
        *("AWS::Lambda::Url", "AWS::WAFv2::WebACLAssociation", "AWS::Route53::RecordSet"),
        *("AWS::ApiGatewayV2::DomainName", "AWS::ApiGatewayV2::ApiMapping"),
        *(f"AWS::ApiGateway::{kind}" for kind in ("RestApi", "Resource", "Method", "Deployment", "Stage")),
    }
    found = {one["Type"]: one.get("Condition") for one in stack.template["Resources"].values() if one["Type"] in kinds}
    assert found.keys() == kinds
    assert all(found.values())


def test_they_call_the_version_that_gets_the_traffic(stack: Stack) -> None:
    url = resource(stack, "GatewayUrl")["Properties"]
    assert url["Qualifier"] == {"Fn::Select": [7, {"Fn::Split": [":", LIVE]}]}
    uri, names = resource(stack, "RestMethod")["Properties"]["Integration"]["Uri"]["Fn::Sub"]
    assert "functions/${Function}/invocations" in uri
    assert names == {"Function": LIVE}
    for name in ("AnyoneCallsTheUrl", "AnyoneInvokesByTheUrl", "RestCallsTheGateway"):
        assert resource(stack, name)["Properties"]["FunctionName"] == LIVE, name


def test_a_url_for_signed_requests_lets_nobody_else_in(stack: Stack) -> None:
    for name in ("AnyoneCallsTheUrl", "AnyoneInvokesByTheUrl"):
        assert resource(stack, name)["Condition"] == "HasOpenFunctionUrl"
    assert stack.template["Conditions"]["HasOpenFunctionUrl"] == {"Fn::Equals": [{"Ref": "FunctionUrl"}, "NONE"]}


def test_the_rest_api_gives_up_after_the_function_and_lets_in_as_many_requests(stack: Stack) -> None:
    integration = resource(stack, "RestMethod")["Properties"]["Integration"]
    assert integration["TimeoutInMillis"] == stack.parameters["Timeout"]["MaxValue"] * 1000
    (settings,) = resource(stack, "RestStage")["Properties"]["MethodSettings"]
    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == (
        {"Ref": "RequestRate"},
        {"Ref": "RequestBurst"},
    )


def test_the_default_addresses_can_be_closed_at_both_apis(stack: Stack) -> None:
    closed = {"Fn::If": ["HidesDefaultEndpoint", True, False]}
    for name in ("HttpApi", "RestDoor"):
        assert resource(stack, name)["Properties"]["DisableExecuteApiEndpoint"] == closed, name


def test_what_excludes_each_other_is_refused_before_the_deployment(stack: Stack) -> None:
    for name, rule in stack.template["Rules"].items():
        for assertion in rule["Assertions"]:
            assert assertion["AssertDescription"].endswith("."), name
    assert len(stack.template["Rules"]) == 5
