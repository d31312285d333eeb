"""A template that nests others: parameters go in, outputs come out, and all are served together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine_cli.errors import TemplateError
from brine_cli.template.application import read_application
from brine_cli.template.data import data_resources
from brine_cli.template.stacks import read_stack_template, resolve_stacks

if TYPE_CHECKING:
    from pathlib import Path

OUTER = """
Parameters: {Where: {Type: String}}
Resources:
  Queue: {Type: AWS::SQS::Queue}
  More: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: more}}
  Inner:
    Type: AWS::Serverless::Application
    Properties:
      Location: inner/template.yaml
      Parameters: {Where: !Ref Where, Queues: [!GetAtt Queue.Arn, b], Layer: !Ref More}
  Reader:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: code
      Handler: app.handler
      Layers: [!GetAtt Inner.Outputs.Layer]
      Environment: {Variables: {TABLE: !GetAtt Inner.Outputs.TableName, TEXT: !Sub "at ${Inner.Outputs.TableName}"}}
      Events: {Get: {Type: HttpApi, Properties: {Method: GET, Path: /read}}}
"""
INNER = """
Parameters: {Where: {Type: String}, Queues: {Type: CommaDelimitedList}, Layer: {Type: String}}
Conditions: {Never: !Equals [a, b]}
Resources:
  Table: {Type: AWS::DynamoDB::Table}
  Own: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: own}}
  Gateway:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: code
      Handler: app.handler
      Layers: [!Ref Own, !Ref Layer]
      Environment: {Variables: {WHERE: !Ref Where, QUEUES: !Join [" ", !Ref Queues], TABLE: !Ref Table}}
      Events: {Any: {Type: HttpApi}}
Outputs:
  TableName: {Value: !Ref Table}
  Layer: {Value: !Ref Own}
  Absent: {Value: x, Condition: Never}
"""


@pytest.fixture
def outer(tmp_path: Path) -> Path:
    for folder in ("code", "more", "inner/code", "inner/own"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "inner/template.yaml").write_text(INNER)
    (tmp_path / "template.yaml").write_text(OUTER)
    return tmp_path / "template.yaml"


def test_parameters_go_in_and_outputs_come_out(outer: Path) -> None:
    attributes = {("Table", "Ref"): "the-table", ("Queue", "Arn"): "arn:aws:sqs:us-east-1:1:q"}
    stacks = resolve_stacks(read_stack_template(outer), {"Where": "here"}, attributes)
    application = read_application(*stacks)
    assert application.functions["Gateway"].environment == {
        "WHERE": "here",
        "QUEUES": "arn:aws:sqs:us-east-1:1:q b",
        "TABLE": "the-table",
    }
    assert application.functions["Reader"].environment == {"TABLE": "the-table", "TEXT": "at the-table"}
    assert [route.key for route in application.routes] == ["GET /read", "$default"]
    assert list(data_resources(*stacks)) == ["Queue", "Table"]


def test_layers_of_one_stack_serve_functions_of_another(outer: Path) -> None:
    functions = read_application(*resolve_stacks(read_stack_template(outer), {"Where": "here"}, {})).functions
    assert [layer.content for layer in functions["Gateway"].layers] == [
        outer.parent / "inner/own",
        outer.parent / "more",
    ]
    assert [layer.content for layer in functions["Reader"].layers] == [outer.parent / "inner/own"]


def test_a_nested_stack_may_depend_on_a_condition(outer: Path) -> None:
    outer.write_text(
        "Conditions: {Never: !Equals [a, b]}\n"
        "Resources:\n"
        "  Inner: {Type: AWS::Serverless::Application, Condition: Never, Properties: {Location: inner/template.yaml}}\n"
    )
    assert len(resolve_stacks(read_stack_template(outer), {}, {})) == 1


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("Location: inner/template.yaml", "Location: none.yaml", "none.yaml: No such file or directory"),
        ("Location: inner/template.yaml", "Location: template.yaml", "template.yaml nests itself"),
    ],
)
def test_nested_templates_that_cannot_be_served_say_why(outer: Path, old: str, new: str, why: str) -> None:
    assert old in OUTER
    outer.write_text(OUTER.replace(old, new))
    with pytest.raises(TemplateError, match=why):
        read_stack_template(outer)


@pytest.mark.parametrize("location", ["s3://a/b.yaml", "{ApplicationId: a}", "!Ref Where"])
def test_a_nested_template_that_is_no_file_is_not_served(outer: Path, location: str) -> None:
    outer.write_text(OUTER.replace("Location: inner/template.yaml", f"Location: {location}"))
    application = read_application(*resolve_stacks(read_stack_template(outer), {"Where": "here"}, {}))
    assert application.unserved == ("Inner (AWS::Serverless::Application)",)
    assert [route.key for route in application.routes] == ["GET /read"]
    assert application.functions["Reader"].environment == {}
    assert application.notices[0] == (
        "Reader.Layers: !GetAtt Inner.Outputs.Layer: the local twin does not know this output. It is left out"
    )


def test_a_nested_stack_of_cloudformation_is_served_too(outer: Path) -> None:
    outer.write_text(
        OUTER.replace("AWS::Serverless::Application", "AWS::CloudFormation::Stack").replace("Location:", "TemplateURL:")
    )
    application = read_application(*resolve_stacks(read_stack_template(outer), {"Where": "here"}, {}))
    assert [route.key for route in application.routes] == ["GET /read", "$default"]
    assert application.functions["Reader"].environment["TABLE"] == "Table"


def test_a_nested_resource_gets_another_name_if_its_own_is_taken(outer: Path) -> None:
    """An existing project has a Table or an HttpApi of its own."""
    inner = outer.parent / "inner/template.yaml"
    inner.write_text(
        "Resources:\n"
        "  Table: {Type: AWS::DynamoDB::Table}\n"
        "  Users:\n"
        "    Type: AWS::SQS::Queue\n"
        "    DependsOn: [Table, Other]\n"
        "    Properties:\n"
        "      Name: !Ref Table\n"
        "      Arn: !GetAtt Table.Arn\n"
        "      Text: !Sub 'of ${Table}, ${Table.Arn}, ${!Table} and ${Tables}'\n"
        "      Given: !Sub ['${Table} ${Other}', {Table: !Ref Other, Other: x}]\n"
        "  Other: {Type: AWS::SQS::Queue}\n"
        "Outputs: {Name: {Value: !Ref Table}}\n"
    )
    outer.write_text(
        "Resources:\n"
        "  Table: {Type: AWS::DynamoDB::Table}\n"
        "  InnerTable: {Type: AWS::DynamoDB::Table}\n"
        "  Inner: {Type: AWS::Serverless::Application, Properties: {Location: inner/template.yaml}}\n"
    )
    nested = read_stack_template(outer).nested["Inner"].template
    assert list(nested.resources) == ["InnerTable2", "Users", "Other"]
    assert nested.resources["Users"] == {
        "Type": "AWS::SQS::Queue",
        "DependsOn": ["InnerTable2", "Other"],
        "Properties": {
            "Name": {"Ref": "InnerTable2"},
            "Arn": {"Fn::GetAtt": ["InnerTable2", "Arn"]},
            "Text": {"Fn::Sub": "of ${InnerTable2}, ${InnerTable2.Arn}, ${!Table} and ${Tables}"},
            "Given": {"Fn::Sub": ["${Table} ${Other}", {"Table": {"Ref": "Other"}, "Other": "x"}]},
        },
    }
    assert nested.outputs == {"Name": {"Value": {"Ref": "InnerTable2"}}}


def test_two_nested_stacks_of_one_template_have_resources_of_their_own(outer: Path) -> None:
    outer.write_text(
        "Resources:\n"
        "  One: {Type: AWS::Serverless::Application, Properties: {Location: inner/template.yaml}}\n"
        "  Two: {Type: AWS::Serverless::Application, Properties: {Location: inner/template.yaml}}\n"
    )
    nested = read_stack_template(outer).nested
    assert list(nested["One"].template.resources) == ["Table", "Own", "Gateway"]
    assert list(nested["Two"].template.resources) == ["TwoTable", "TwoOwn", "TwoGateway"]


def test_a_name_that_is_not_taken_stays(outer: Path) -> None:
    assert "Table" in read_stack_template(outer).nested["Inner"].template.resources
