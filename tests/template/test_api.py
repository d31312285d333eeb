"""The API of the production stack leaves everything to the gateway and the exchange."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.template.stack import Stack


def test_every_other_method_and_path_goes_to_the_gateway(stack: Stack) -> None:
    event = stack.functions["GatewayFunction"]["Events"]["AnyRequest"]
    assert event["Type"] == "HttpApi"
    # Neither Path nor Method: that is the $default route.
    assert event["Properties"] == {
        "ApiId": {"Ref": "HttpApi"},
        "PayloadFormatVersion": "2.0",
        "TimeoutInMillis": 30_000,
    }


def test_paths_for_envelopes_are_signed(stack: Stack) -> None:
    event = stack.functions["GatewayFunction"]["Events"]["SignedRequest"]["Properties"]
    assert (event["Method"], event["Path"], event["Auth"]) == ("ANY", "/signed/{proxy+}", {"Authorizer": "AWS_IAM"})


def test_the_api_answers_no_preflight_by_itself(stack: Stack) -> None:
    assert "CorsConfiguration" not in stack.of_type("AWS::Serverless::HttpApi")["HttpApi"]


def test_there_is_one_api(stack: Stack) -> None:
    """Two would share a stage name in `sam local` and break each other."""
    kinds = [resource["Type"] for resource in stack.template["Resources"].values()]
    assert [kind for kind in kinds if kind.startswith("AWS::Serverless::") and kind.endswith("Api")] == [
        "AWS::Serverless::HttpApi"
    ]
