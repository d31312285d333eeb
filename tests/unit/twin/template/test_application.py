"""A template is read as SAM would deploy it. An invalid template is an error with the logical id."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from brine_cli.errors import TemplateError
from brine_cli.template.application import read_application
from brine_cli.template.data import data_resources
from brine_cli.template.event_sources import ApiRoute, QueueSource
from brine_cli.template.stacks import read_stack_template, resolve_stacks

if TYPE_CHECKING:
    from brine_cli.template.application import Application

FIXTURES = Path(__file__).parents[1] / "fixtures"


def read(path: Path) -> Application:
    return read_application(*resolve_stacks(read_stack_template(path), {}, {}))


def read_with(tmp_path: Path, function: str, others: str = "") -> Application:
    (tmp_path / "code").mkdir()
    (tmp_path / "template.yaml").write_text(
        f"Globals: {{Function: {{Layers: [], Timeout: 9, Tags: {{a: b}}}}}}\n"
        f"Resources:\n  Fn: {{Type: AWS::Serverless::Function, Properties: {{{function}}}}}\n{others}"
    )
    return read(tmp_path / "template.yaml")


def test_functions_with_globals_layers_and_environment() -> None:
    echo = read(FIXTURES / "template.yaml").functions["EchoFunction"]
    assert echo.code == FIXTURES / "functions/echo"
    assert (echo.handler, echo.timeout, echo.memory) == ("app.handler", 20.0, 256)
    assert [(layer.logical_id, layer.is_built) for layer in echo.layers] == [
        ("GreetingLayer", True),
        ("FilesLayer", False),
    ]
    assert echo.environment == {
        "SHARED": "from Globals",
        "GREETING_FILE": "/opt/greeting.txt",
        "BRINE_ROUTES": "/opt/routes.toml",
        "IS_ON": "true",
    }


def test_routes() -> None:
    assert [route.key for route in read(FIXTURES / "template.yaml").routes] == ["$default", "ANY /odd/{what}"]


def test_a_method_and_an_event_that_is_not_http(tmp_path: Path) -> None:
    application = read_with(
        tmp_path,
        "CodeUri: code, Handler: a.b, "
        "Events: {Get: {Type: HttpApi, Properties: {Path: /a, Method: get}}, Tick: {Type: Schedule}}",
    )
    assert application.routes == (ApiRoute(method="GET", path="/a", function="Fn"),)
    assert application.unserved == ("Fn.Tick (Schedule)",)
    assert application.functions["Fn"].timeout == 9.0


def test_queues_that_invoke_a_function(tmp_path: Path) -> None:
    application = read_with(
        tmp_path,
        "CodeUri: code, Handler: a.b, Events: {Get: {Type: HttpApi}, "
        "Plain: {Type: SQS, Properties: {Queue: 'arn:aws:sqs:us-east-1:1:plain'}}, "
        "Own: {Type: SQS, Properties: {Queue: !GetAtt Own.Arn, BatchSize: 2, "
        "FunctionResponseTypes: [ReportBatchItemFailures], ScalingConfig: {MaximumConcurrency: 5}}}}",
        "  Own: {Type: AWS::SQS::Queue}",
    )
    plain, own = application.queue_sources
    assert plain == QueueSource(
        function="Fn", queue_arn="arn:aws:sqs:us-east-1:1:plain", batch_size=10, reports_failures=False
    )
    assert plain.queue_name == "plain"
    assert (own.queue_arn, own.batch_size, own.reports_failures) == ("Own.Arn", 2, True)
    assert application.unserved == ()


@pytest.mark.parametrize(
    ("function", "others", "message"),
    [
        ("CodeUri: gone, Handler: a.b", "", "Fn: CodeUri gone is not a folder"),
        ("Handler: a.b", "", "Fn: CodeUri must be a folder"),
        ("CodeUri: code", "", "Fn: Handler must be module.function"),
        ("CodeUri: code, Handler: a.b", "", "no function has an event of type HttpApi"),
        (
            "CodeUri: code, Handler: a.b, Layers: ['arn:aws:lambda:us-east-1:1:layer:other:1']",
            "",
            "Fn: the layer arn:aws:lambda:us-east-1:1:layer:other:1 is not in the template",
        ),
        (
            "CodeUri: code, Handler: a.b, Events: {E: {Type: HttpApi, Properties: {PayloadFormatVersion: '1.0'}}}",
            "",
            "Fn.E: the local twin sends payload format 2.0 only",
        ),
        (
            "CodeUri: code, Handler: a.b, Events: {E: {Type: HttpApi, Properties: {Path: a}}}",
            "",
            "Fn.E: Path must begin with /",
        ),
        (
            "CodeUri: code, Handler: a.b, Events: {E: {Type: SQS}}",
            "",
            "Fn.E: Queue must be the ARN of a queue",
        ),
        (
            "CodeUri: code, Handler: a.b, Events: {E: {Type: SQS, Properties: {Queue: q, FilterCriteria: {}}}}",
            "",
            "Fn.E: the local twin does not support FilterCriteria",
        ),
        (
            "CodeUri: code, Handler: a.b, Events: {E: {Type: HttpApi}}",
            "  Api: {Type: AWS::Serverless::HttpApi, Properties: {DefinitionBody: {}}}",
            "Api: the local twin reads routes from the functions' events",
        ),
    ],
)
def test_applications_that_would_not_run(tmp_path: Path, function: str, others: str, message: str) -> None:
    with pytest.raises(TemplateError) as raised:
        read_with(tmp_path, function, others)
    assert message in str(raised.value)


def test_data_resources_are_resolved_and_conditional(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(
        "Conditions: {Never: !Equals [a, b]}\n"
        "Resources:\n"
        "  Table: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Sub '${AWS::StackName}-t'}}\n"
        "  Other: {Type: AWS::S3::Bucket, Condition: Never}\n"
        "  Log: {Type: AWS::Logs::LogGroup}\n"
    )
    found = data_resources(*resolve_stacks(read_stack_template(path), {}, {}))
    assert found == {"Table": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "brine-dev-t"}}}
