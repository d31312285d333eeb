"""The admin function: who may call it, and what it may do."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.config.routes import parse_routes
from brine.adapters.powertools.gateway_explanations import ELSEWHERE, ROUTES
from brine.bootstrap.admin import build_admin
from brine.domain.purging.stamps import TAG_PURGES
from brine.service.purge_names import PurgeNames
from brine_cli.template.document import read_template
from brine_cli.template.intrinsics import Resolver
from tests.template.policies import TableRights, actions, resources, statements
from tests.template.stack import ROOT, WITHOUT_DEFAULT, references
from tests.template.test_environment import LAMBDA
from tests.template.test_environment import ROUTES as ROUTES_FILE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.template.stack import Stack

TOKENS = {"AdminJwtIssuer": "https://issuer.example.com", "AdminJwtAudience": "operators"}
WRITES = ("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem")


def definition(parameters: Mapping[str, str] = MappingProxyType({})) -> dict[str, Any]:
    """The OpenAPI definition of the API, as CloudFormation would have it with these parameters."""
    template = read_template(ROOT / "template.yaml")
    api = Resolver(template, overrides=WITHOUT_DEFAULT | dict(parameters), attributes={})
    resolved = api.resource("HttpApi", {"DefinitionBody"})
    assert resolved is not None
    body: dict[str, Any] = resolved["Properties"]["DefinitionBody"]
    return body


@pytest.mark.parametrize(
    ("parameters", "security"),
    [
        ({}, {"AWS_IAM": []}),
        (TOKENS, {"AdminTokens": ["brine/admin"]}),
        (TOKENS | {"AdminJwtScope": "ops"}, {"AdminTokens": ["ops"]}),
        (TOKENS | {"AdminJwtScope": ""}, {"AdminTokens": []}),
        ({"AdminJwtAudience": "operators", "AdminJwtScope": ""}, {"AWS_IAM": []}),
    ],
)
def test_no_parameter_opens_the_admin_api(parameters: dict[str, str], security: dict[str, list[str]]) -> None:
    found = definition(parameters)
    ((path, methods),) = found["paths"].items()
    assert (path, list(methods)) == ("/_brine/{proxy+}", ["x-amazon-apigateway-any-method"])
    assert methods["x-amazon-apigateway-any-method"]["security"] == [security]


def test_a_token_is_of_the_issuer_and_for_the_audience() -> None:
    schemes = definition(TOKENS)["components"]["securitySchemes"]
    authorizer = schemes["AdminTokens"]["x-amazon-apigateway-authorizer"]
    assert authorizer["jwtConfiguration"] == {"issuer": "https://issuer.example.com", "audience": ["operators"]}
    assert "AdminTokens" not in definition()["components"]["securitySchemes"]


def test_an_issuer_without_an_audience_is_refused(stack: Stack) -> None:
    rule = stack.template["Rules"]["AdminTokens"]
    assert rule["RuleCondition"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "AdminJwtIssuer"}, ""]}]}
    (assertion,) = rule["Assertions"]
    assert assertion["Assert"] == {"Fn::Not": [{"Fn::EachMemberEquals": [{"Ref": "AdminJwtAudience"}, ""]}]}


@pytest.mark.parametrize(("value", "is_allowed"), [("", True), ("https://a.b/c", True), ("http://a.b", False)])
def test_the_issuer_is_an_https_url(stack: Stack, value: str, *, is_allowed: bool) -> None:
    assert bool(re.search(stack.parameters["AdminJwtIssuer"]["AllowedPattern"], value)) == is_allowed


def test_only_the_api_calls_the_function_and_only_for_its_route(stack: Stack) -> None:
    (permission,) = [
        one
        for one in stack.of_type("AWS::Lambda::Permission").values()
        if "AdminFunction" in references(one["FunctionName"])
    ]
    assert permission["Principal"] == "apigateway.amazonaws.com"
    assert permission["SourceArn"]["Fn::Sub"].endswith(":${HttpApi}/*/*/_brine/*")


def test_the_function_purges_and_writes_nothing_else(stack: Stack) -> None:
    rights = TableRights.of(stack, "AdminRole")
    names = PurgeNames(parse_routes(ROUTES_FILE, stack.environment("GatewayFunction")))
    purges = [
        *(names.everything().names + names.route("api").names + names.tenant("acme").names),
        *(names.url("/api/7").names + names.tag("a", tenant="acme").names + names.tag("a", all_tenants=True).names),
        TAG_PURGES,
    ]
    for name in purges:
        assert rights.allow("dynamodb:UpdateItem", [f"t#{name}"]), name
        assert not any(rights.allow(action, [f"t#{name}"]) for action in WRITES if not action.endswith("UpdateItem"))
    for key in ("r#x", "c#a#x", "o#x", "b#x", "u#route#x", "t#result:a#x"):
        assert not any(rights.allow(action, [key]) for action in WRITES), key
    other = {"logs", "dynamodb", "s3", "secretsmanager", "cloudwatch"}
    allowed = {action for one in statements(stack.of_type("AWS::IAM::Role")["AdminRole"]) for action in actions(one)}
    assert {action.partition(":")[0] for action in allowed} == other
    assert {action for action in allowed if action.startswith("s3:")} == {"s3:GetObject", "s3:ListBucket"}
    assert {action for action in allowed if action.startswith("cloudwatch:")} == {"cloudwatch:GetMetricData"}


def test_the_function_reads_everything_that_is_cached_and_no_marks_of_messages(stack: Stack) -> None:
    rights = TableRights.of(stack, "AdminRole")
    for key in ("r#x", "r#shop#x", "o#x", "b#x", "t#everything", "t#result:shop#x"):
        assert rights.allow("dynamodb:BatchGetItem", [key]), key
    assert not rights.allow("dynamodb:GetItem", ["u#channel#x"])
    (scan,) = [
        one for one in statements(stack.of_type("AWS::IAM::Role")["AdminRole"]) if "dynamodb:Scan" in actions(one)
    ]
    assert (actions(scan), resources(scan)) == (["dynamodb:Scan"], [{"Fn::GetAtt": ["Table", "Arn"]}])


def test_the_function_has_the_settings_of_the_gateway(stack: Stack) -> None:
    """Else an explanation would be one of another gateway."""
    own, gateways = (stack.environment(name) for name in ("AdminFunction", "GatewayFunction"))
    assert own | {"POWERTOOLS_SERVICE_NAME": "gateway"} == gateways | {"BRINE_FUNCTION_KEYS_SECRET": "FunctionKeys"}
    assert stack.functions["AdminFunction"]["Layers"] == stack.functions["GatewayFunction"]["Layers"]


def test_explanations_know_the_routes_of_the_api(stack: Stack) -> None:
    of_gateway = {
        "$default" if "Path" not in event["Properties"] else f"ANY {event['Properties']['Path']}": event["Properties"]
        .get("Auth", {})
        .get("Authorizer", "NONE")
        for event in stack.functions["GatewayFunction"]["Events"].values()
    }
    assert {key: authorizer for _, key, authorizer in ROUTES} == of_gateway
    exchange = {event["Properties"]["Path"] for event in stack.functions["ExchangeFunction"]["Events"].values()}
    elsewhere = [*exchange, *definition()["paths"]]
    assert all(path.startswith(tuple(ELSEWHERE)) for path in elsewhere)
    assert {beginning for beginning in ELSEWHERE if any(path.startswith(beginning) for path in elsewhere)} == set(
        ELSEWHERE
    )


def test_the_url_is_an_output(stack: Stack) -> None:
    assert stack.template["Outputs"]["AdminUrl"]["Value"] == {"Fn::Sub": "${HttpApi.ApiEndpoint}/_brine"}


def test_the_admin_api_can_be_made_of_the_environment(stack: Stack, tmp_path: Path) -> None:
    file = tmp_path / "routes.toml"
    file.write_text(ROUTES_FILE)
    admin = build_admin(LAMBDA | stack.environment("AdminFunction") | {"BRINE_ROUTES": str(file)})
    ((gateway, functions),) = [table.sources for table in admin.tables]
    assert (gateway.function, gateway.namespace, [route.name for route in gateway.routes]) == ("gateway", "", ["api"])
    assert (functions.function, functions.namespace, list(functions.routes)) == ("", None, [])
