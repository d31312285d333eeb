"""Templates like those of the quick starts of AWS and of Powertools: they are served, and each gap is one line."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from brine_cli.template.application import Application, read_application
from brine_cli.template.stacks import read_stack_template, resolve_stacks

FOLDER = Path(__file__).parents[1] / "fixtures/ordinary"
LEFT_OUT = "Give its template with --beside. It is left out"


def read(name: str) -> Application:
    application = read_application(*resolve_stacks(read_stack_template(FOLDER / name), {}, {}))
    others = (line for line in application.notices if f"run with python{sys.version_info.major}." not in line)
    assert {function.code for function in application.functions.values()} == {FOLDER / "src"}
    return Application(
        functions=application.functions,
        routes=application.routes,
        queue_sources=application.queue_sources,
        unserved=application.unserved,
        notices=tuple(others),
    )


@pytest.mark.parametrize(
    ("name", "routes", "unserved", "notices"),
    [
        (
            "hello_world.yaml",
            ["GET /hello"],
            [
                (
                    "HelloWorldFunction.HelloWorld (Api): the local twin serves HTTP APIs (events of type HttpApi), "
                    "no REST APIs. Try: brine invoke HelloWorldFunction -e EVENT.json"
                )
            ],
            [],
        ),
        (
            "powertools.yaml",
            ["GET /todos", "GET /todos/{todo_id}"],
            [],
            [
                (
                    "the layer AWSLambdaPowertoolsPythonV3-python313-arm64:7 is not in a template here: "
                    "TodoFunction can use the installed packages instead"
                )
            ],
        ),
        (
            "crud.yaml",
            ["GET /items/{id}"],
            [
                "PutItem: Runtime is nodejs22.x. The local twin runs Python only",
                "Report: PackageType is Image. The local twin runs functions without containers only",
            ],
            [],
        ),
        (
            "events.yaml",
            ["POST /start"],
            [
                "Worker (FunctionUrlConfig)",
                "Worker.Filtered: the local twin does not support FilterCriteria",
                "Worker.Upload (S3). Try: sam local generate-event s3 put | brine invoke Worker -e -",
                "Worker.Topic (SNS). Try: sam local generate-event sns notification | brine invoke Worker -e -",
                "Worker.Changes (DynamoDB). Try: sam local generate-event dynamodb update | brine invoke Worker -e -",
                "Worker.Orders (EventBridgeRule). Try: brine invoke Worker -e EVENT.json",
            ],
            [],
        ),
        (
            "network.yaml",
            ["GET /get"],
            ["Fn::ForEach::Topics (Fn::ForEach)"],
            [
                (
                    "Function.Environment.Variables.PASSWORD: the local twin has no value for "
                    "{{resolve:secretsmanager:db:SecretString:password}}. "
                    'Write db={"password": "VALUE"} into the file of --secrets. It is left out'
                ),
                (
                    "Function.Environment.Variables.LIMIT: no stack here has the SSM parameter /shared/limit. Give its "
                    "template with --beside, or write parameter:/shared/limit=VALUE into the file of --secrets. "
                    "It is left out"
                ),
                f"Function.Environment.Variables.BUCKET: no stack beside this one exports shared-bucket. {LEFT_OUT}",
                (
                    "Function.Environment.Variables.SETTINGS: the local twin does not support Fn::Transform. "
                    "It is left out"
                ),
                (
                    "Function.Policies.Statement.Resource: !Ref SharedBucket: no parameter or resource has this name. "
                    "AWS would refuse the template"
                ),
            ],
        ),
        (
            "authorized.yaml",
            ["GET /private", "GET /public"],
            [
                "Defined: the routes of its OpenAPI definition, without those of events",
                "Rest (AWS::Serverless::Api)",
                (
                    "Function.Old (Api): the local twin serves HTTP APIs (events of type HttpApi), no REST APIs. "
                    "Try: brine invoke Function -e EVENT.json"
                ),
            ],
            [
                (
                    "AWS makes the issuer and audience of the authorizer Users: the local twin accepts tokens with any "
                    "issuer and audience"
                )
            ],
        ),
        (
            "importing.yaml",
            ["GET /get"],
            [],
            [
                f"Function.Environment.Variables.ORDERS: no stack beside this one exports platform-Orders. {LEFT_OUT}",
                (
                    "Function.Environment.Variables.GREETING: Greeting: no stack here has the SSM parameter "
                    "/platform/greeting. Give its template with --beside, or write parameter:/platform/greeting=VALUE "
                    "into the file of --secrets. It is left out"
                ),
            ],
        ),
    ],
)
def test_what_is_served_and_what_is_not(name: str, routes: list[str], unserved: list[str], notices: list[str]) -> None:
    application = read(name)
    assert [route.key for route in application.routes] == routes
    assert list(application.unserved) == unserved
    assert list(application.notices) == notices


def test_every_value_is_known_beside_the_stack_that_exports_it() -> None:
    stack = read_stack_template(FOLDER / "importing.yaml", {"platform": FOLDER / "platform.yaml"})
    attributes = {("PlatformOrders", "Ref"): "platform-orders", ("Orders", "Ref"): "own"}
    application = read_application(*resolve_stacks(stack, {}, attributes))
    assert application.functions["Function"].environment == {
        "OWN": "own",
        "ORDERS": "platform-orders",
        "GREETING": "hello",
    }


def test_values_of_settings() -> None:
    todo = read("powertools.yaml").functions["TodoFunction"]
    assert (todo.handler, todo.memory) == ("catalog.app.lambda_handler", 256)
    assert todo.environment == {
        "POWERTOOLS_SERVICE_NAME": "todo",
        "LOG_LEVEL": "INFO",
        "API_URL": "https://ServerlessHttpApi.execute-api.us-east-1.amazonaws.com",
        "VERSION": "TodoFunction.Version",
    }
    get_item = read("crud.yaml").functions["GetItem"]
    assert (get_item.memory, get_item.environment["LOG_LEVEL"]) == (128, "DEBUG")
    worker = read("events.yaml").queue_sources
    assert [(source.queue_name, source.batch_size) for source in worker] == [("Jobs.Arn", 5)]
    assert read("network.yaml").functions["Function"].environment == {"HOST": "Database.Endpoint.Address"}
