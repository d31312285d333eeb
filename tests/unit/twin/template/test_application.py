"""A template is read as SAM would deploy it. An invalid template is an error with the logical id."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from brine_cli.errors import TemplateError
from brine_cli.template.application import read_application
from brine_cli.template.event_sources import ApiRoute, QueueSource
from brine_cli.template.stacks import read_stack_template, resolve_stacks

if TYPE_CHECKING:
    from brine_cli.template.application import Application

THIS_PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"
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
        "Events: {Get: {Type: HttpApi, Properties: {Path: /a, Method: get}}, "
        "Tick: {Type: Schedule, Properties: {Schedule: rate(1 day)}}}",
    )
    assert application.routes == (ApiRoute(method="GET", path="/a", function="Fn"),)
    assert [(one.where, one.function, one.text) for one in application.schedules] == [("Fn.Tick", "Fn", "rate(1 day)")]
    assert application.functions["Fn"].timeout == 9.0


def test_a_function_that_a_service_of_aws_calls(tmp_path: Path) -> None:
    permission = "Properties: {FunctionName: !GetAtt Fn.Arn, Principal: secretsmanager.amazonaws.com}"
    others = f"  Rotate: {{Type: AWS::Lambda::Permission, {permission}}}\n"
    assert read_with(tmp_path, "CodeUri: code, Handler: a.b", others).called_by_services == {"Fn"}


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
    ("function", "message"),
    [
        ("CodeUri: gone, Handler: a.b", "Fn: CodeUri gone is not a folder"),
        ("CodeUri: code", "Fn: Handler must be module.function"),
        ("CodeUri: code, Handler: a.b, MemorySize: much", "Fn: MemorySize must be a number, not 'much'"),
        (
            "CodeUri: code, Handler: a.b, Events: {E: {Type: HttpApi, Properties: {Path: a}}}",
            "Fn.E: Path must begin with /",
        ),
        (
            "InlineCode: pass, Handler: a.b, Events: {A: {Type: Api}}",
            (
                "template.yaml: it has no function that the local twin can run, so there is nothing to serve. "
                "Not served: Fn: its code is InlineCode. The local twin runs code in folders only"
            ),
        ),
        (
            "CodeUri: code, Handler: a.b, Environment: {Variables: {A: !Ref Tabel}}",
            "Fn.Environment.Variables.A: !Ref Tabel: no parameter or resource has this name",
        ),
    ],
)
def test_applications_that_would_not_run(tmp_path: Path, function: str, message: str) -> None:
    with pytest.raises(TemplateError) as raised:
        read_with(tmp_path, function)
    assert str(raised.value).endswith(message)


def test_a_function_that_no_request_reaches_can_be_invoked(tmp_path: Path) -> None:
    application = read_with(tmp_path, "CodeUri: code, Handler: a.b, Events: {A: {Type: Api}, B: {Type: S3}}")
    assert list(application.functions) == ["Fn"]
    assert application.notices[0].startswith(
        "no function has an event of type HttpApi or SQS that the local twin serves"
    )
    assert application.unserved == (
        (
            "Fn.A (Api): the local twin serves HTTP APIs (events of type HttpApi), no REST APIs. "
            "Try: brine invoke Fn -e EVENT.json"
        ),
        "Fn.B (S3). Try: sam local generate-event s3 put | brine invoke Fn -e -",
    )


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (
            "{Type: HttpApi, Properties: {PayloadFormatVersion: '1.0'}}",
            "Fn.E: the local twin sends payload format 2.0 only",
        ),
        ("{Type: SQS}", "Fn.E: Queue must be the ARN of a queue"),
        (
            "{Type: SQS, Properties: {Queue: q, FilterCriteria: {}}}",
            "Fn.E: the local twin does not support FilterCriteria",
        ),
        ("{Type: SQS, Properties: {Queue: q, Enabled: false}}", "Fn.E: Enabled is False"),
        ("{Type: HttpApi, Properties: {Path: /get, Method: ANY}}", "Fn.E: Fn has the route ANY /get already"),
        (
            "{Type: DynamoDB, Properties: {Stream: !GetAtt Table.StreamArn}}",
            "Fn.E (DynamoDB). Try: sam local generate-event dynamodb update | brine invoke Fn -e -",
        ),
        ("{Type: MSK}", "Fn.E (MSK). Try: brine invoke Fn -e EVENT.json"),
        (
            "{Type: Schedule}",
            "Fn.E: the local twin knows no expression of this schedule, such as rate(5 minutes)",
        ),
    ],
)
def test_an_event_that_is_not_served_leaves_the_others(tmp_path: Path, event: str, line: str) -> None:
    application = read_with(
        tmp_path,
        "CodeUri: code, Handler: a.b, Events: "
        f"{{Get: {{Type: HttpApi, Properties: {{Path: /get, Method: ANY}}}}, E: {event}}}",
        "  Table: {Type: AWS::DynamoDB::Table}",
    )
    assert [route.key for route in application.routes] == ["ANY /get"]
    assert (application.queue_sources, application.unserved) == ((), (line,))


def test_a_queue_is_enough_to_serve(tmp_path: Path) -> None:
    application = read_with(
        tmp_path,
        "CodeUri: code, Handler: a.b, Events: {Q: {Type: SQS, Properties: {Queue: a:q, Enabled: true}}}",
    )
    assert [source.queue_name for source in application.queue_sources] == ["q"]


@pytest.mark.parametrize(
    ("function", "line"),
    [
        ("Runtime: nodejs22.x, CodeUri: gone, Handler: a.b", "Other: Runtime is nodejs22.x. "),
        ("PackageType: Image", "Other: PackageType is Image. "),
        ("InlineCode: 'def f(e, c): ...', Handler: index.f", "Other: its code is InlineCode. "),
        ("CodeUri: 's3://bucket/key', Handler: a.b", "Other: CodeUri is not a folder of this machine: s3://bucket/key"),
        ("CodeUri: {Bucket: a, Key: b}, Handler: a.b", "Other: CodeUri is not a folder of this machine: "),
        ("CodeUri: template.yaml, Handler: a.b", "Other: CodeUri template.yaml is a file. "),
    ],
)
def test_a_function_that_is_not_served_leaves_the_others(tmp_path: Path, function: str, line: str) -> None:
    application = read_with(
        tmp_path,
        "CodeUri: code, Handler: a.b, Events: {Get: {Type: HttpApi}}",
        "  Other: {Type: AWS::Serverless::Function, Properties: "
        f"{{{function}, Events: {{Get: {{Type: HttpApi, Properties: {{Path: /other, Method: GET}}}}}}}}}}",
    )
    assert list(application.functions) == ["Fn"]
    assert [route.key for route in application.routes] == ["$default"]
    (found,) = application.unserved
    assert found.startswith(line)


def test_a_definition_of_paths_that_the_twin_answers_itself_is_no_difference(tmp_path: Path) -> None:
    paths = '{DefinitionBody: {paths: {"/_brine/{proxy+}": {uri: !Sub "${Fn.Arn}/invocations"}}}}'
    api = f"  Api: {{Type: AWS::Serverless::HttpApi, Properties: {paths}}}"
    application = read_with(tmp_path, "CodeUri: code, Handler: a.b, Events: {Get: {Type: HttpApi}}", api)
    assert (application.unserved, application.notices) == ((), ())
    assert application.administrators == {"Fn"}


@pytest.mark.parametrize(
    ("others", "line"),
    [
        ("  Old: {Type: AWS::Serverless::Api}", "Old (AWS::Serverless::Api)"),
        ("  Raw: {Type: AWS::Lambda::Function}", "Raw (AWS::Lambda::Function)"),
        ("  App: {Type: AWS::Serverless::Application}", "App (AWS::Serverless::Application)"),
        ("  Fn::ForEach::More: [Name, [A], {}]", "Fn::ForEach::More (Fn::ForEach)"),
        (
            "  Api: {Type: AWS::Serverless::HttpApi, Properties: {DefinitionBody: {Fn::Transform: {Name: x}}}}",
            "Api: the routes of its OpenAPI definition, without those of events",
        ),
    ],
)
def test_resources_that_are_not_served_are_named(tmp_path: Path, others: str, line: str) -> None:
    application = read_with(tmp_path, "CodeUri: code, Handler: a.b, Events: {Get: {Type: HttpApi}}", others)
    assert [route.key for route in application.routes] == ["$default"]
    assert (application.unserved, application.notices) == ((line,), ())


def test_code_without_code_uri_is_in_the_folder_of_the_template(tmp_path: Path) -> None:
    assert read_with(tmp_path, "Handler: a.b, Events: {E: {Type: HttpApi}}").functions["Fn"].code == tmp_path


def test_a_layer_that_is_not_here_is_said_once_for_all_functions(tmp_path: Path) -> None:
    arn = "arn:aws:lambda:us-east-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python313-arm64:7"
    application = read_with(
        tmp_path,
        f"CodeUri: code, Handler: a.b, Events: {{Get: {{Type: HttpApi}}}}, Layers: ['{arn}', !Ref Zip]",
        f"  More: {{Type: AWS::Serverless::Function, Properties: {{CodeUri: code, Handler: a.b, Layers: ['{arn}']}}}}\n"
        "  Zip: {Type: AWS::Lambda::LayerVersion, Properties: {Content: {S3Bucket: a, S3Key: b}}}\n",
    )
    assert application.functions["Fn"].layers == ()
    assert application.notices == (
        (
            "the layer AWSLambdaPowertoolsPythonV3-python313-arm64:7 is not in a template here: "
            "Fn, More can use the installed packages instead"
        ),
        "the layer Zip:1 is not in a template here: Fn can use the installed packages instead",
    )


def test_a_layer_of_cloudformation_is_a_folder_too(tmp_path: Path) -> None:
    application = read_with(
        tmp_path,
        "CodeUri: code, Handler: a.b, Events: {Get: {Type: HttpApi}}, Layers: [!Ref Plain]",
        "  Plain: {Type: AWS::Lambda::LayerVersion, Properties: {Content: code}}",
    )
    (layer,) = application.functions["Fn"].layers
    assert (layer.content, layer.is_built) == (tmp_path / "code", False)


def test_another_version_of_python_is_said_once(tmp_path: Path) -> None:
    function = "{Type: AWS::Serverless::Function, Properties: {CodeUri: code, Handler: a.b, Runtime: python3.9}}"
    application = read_with(
        tmp_path,
        f"CodeUri: code, Handler: a.b, Runtime: {THIS_PYTHON}, Events: {{Get: {{Type: HttpApi}}}}",
        f"  One: {function}\n  Two: {function}",
    )
    assert application.notices == (f"One, Two run with {THIS_PYTHON} here, and with python3.9 on AWS",)


def test_a_variable_that_only_aws_knows_is_left_out_and_said_once(tmp_path: Path) -> None:
    application = read_with(
        tmp_path,
        "CodeUri: code, Handler: a.b, Events: {Get: {Type: HttpApi}}, "
        "Environment: {Variables: {A: !ImportValue other, B: b}}",
    )
    assert application.functions["Fn"].environment == {"B": "b"}
    assert application.notices == (
        (
            "Fn.Environment.Variables.A: no stack beside this one exports other. Give its template with --beside. "
            "It is left out"
        ),
    )


def test_a_mistake_that_no_function_needs_is_said(tmp_path: Path) -> None:
    application = read_with(
        tmp_path,
        "CodeUri: code, Handler: a.b, Events: {Get: {Type: HttpApi}}, Policies: [!Ref Polcy]",
        "  Alarm: {Type: AWS::CloudWatch::Alarm, Properties: {Dimensions: [{Value: !Ref Quue}]}}\n"
        "  Log: {Type: AWS::Logs::LogGroup, Properties: {Name: !ImportValue unknown}}",
    )
    assert application.notices == (
        "Fn.Policies: !Ref Polcy: no parameter or resource has this name. AWS would refuse the template",
        "Alarm.Dimensions.Value: !Ref Quue: no parameter or resource has this name. AWS would refuse the template",
    )


@pytest.mark.parametrize(("metadata", "expected"), [("{}", False), ("{BrineThreads: true}", True)])
def test_threads_are_permitted_by_the_metadata_of_a_function(tmp_path: Path, metadata: str, expected: bool) -> None:
    other = (
        f"  Other: {{Type: AWS::Serverless::Function, Metadata: {metadata},"
        " Properties: {CodeUri: code, Handler: a.b, Events: {E: {Type: HttpApi}}}}"
    )
    functions = read_with(tmp_path, "CodeUri: code, Handler: a.b", other).functions
    assert (functions["Fn"].has_threads, functions["Other"].has_threads) == (False, expected)


def test_metadata_that_is_neither_true_nor_false(tmp_path: Path) -> None:
    other = (
        "  Other: {Type: AWS::Serverless::Function, Metadata: {BrineThreads: 4},"
        " Properties: {CodeUri: code, Handler: a.b}}"
    )
    with pytest.raises(TemplateError, match="Other: Metadata BrineThreads must be true or false, not 4"):
        read_with(tmp_path, "CodeUri: code, Handler: a.b, Events: {E: {Type: HttpApi}}", other)
