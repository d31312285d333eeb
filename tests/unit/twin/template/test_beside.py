"""A template beside another stack imports its exports, and takes SSM parameters that it publishes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine_cli.template.application import read_application
from brine_cli.template.data import data_resources
from brine_cli.template.stacks import read_stack_template, resolve_stacks

if TYPE_CHECKING:
    from pathlib import Path

    from brine_cli.template.stacks import StackTemplate

BRINE = """
Parameters: {Origin: {Type: String}}
Resources:
  Table: {Type: AWS::DynamoDB::Table}
  Names: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub "${AWS::StackName}-names"}}
  CoreLayer: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: .}}
  CoreLayerParameter:
    Type: AWS::SSM::Parameter
    Properties: {Name: !Sub "/brine/${AWS::StackName}/core-layer", Type: String, Value: !Ref CoreLayer}
  Gateway:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: app.handler
      Environment: {Variables: {BRINE_ROUTES: /opt/routes.toml, BRINE_ORIGIN: !Ref Origin, TABLE: !Ref Table}}
      Events: {Any: {Type: HttpApi}}
Outputs:
  TableName: {Value: !Ref Table, Export: {Name: !Sub "${AWS::StackName}-TableName"}}
  Zones: {Value: !Join [",", !GetAZs ""], Export: {Name: !Sub "${AWS::StackName}-Zones"}}
  Unknown: {Value: !ImportValue of-another-stack, Export: {Name: unknown}}
  Private: {Value: secret}
"""
OWN = """
Parameters:
  Layer: {Type: "AWS::SSM::Parameter::Value<String>", Default: /brine/brine/core-layer}
  Origin: {Type: String, Default: "https://app.example.com"}
Resources:
  Table: {Type: AWS::DynamoDB::Table}
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: app.handler
      Layers: [!Ref Layer]
      Environment:
        Variables:
          OWN: !Ref Table
          TABLE: {"Fn::ImportValue": !Sub "brine-${Name}"}
          ZONE: !Select [0, !Split [",", !ImportValue brine-Zones]]
          CORE: "at {{resolve:ssm:/brine/brine/core-layer}}"
          ORIGIN: !Ref Origin
      Events: {Get: {Type: HttpApi, Properties: {Path: /own, Method: GET}}}
"""


@pytest.fixture
def both(tmp_path: Path) -> StackTemplate:
    (tmp_path / "brine.yaml").write_text(BRINE)
    (tmp_path / "template.yaml").write_text(OWN.replace("${Name}", "TableName"))
    return read_stack_template(tmp_path / "template.yaml", {"brine": tmp_path / "brine.yaml"})


def test_exports_and_ssm_parameters_arrive(both: StackTemplate) -> None:
    attributes = {("Table", "Ref"): "own", ("BrineTable", "Ref"): "cache"}
    application = read_application(*resolve_stacks(both, {"brine.Origin": "https://api.example.com"}, attributes))
    function, gateway = application.functions["Fn"], application.functions["Gateway"]
    assert function.environment == {
        "OWN": "own",
        "TABLE": "cache",
        "ZONE": "us-east-1a",
        "CORE": "at arn:aws:lambda:us-east-1:123456789012:layer:CoreLayer:1",
        "ORIGIN": "https://app.example.com",
    }
    assert [layer.logical_id for layer in function.layers] == ["CoreLayer"]
    assert (gateway.environment["BRINE_ORIGIN"], gateway.environment["TABLE"]) == ("https://api.example.com", "cache")
    assert [route.key for route in application.routes] == ["GET /own", "$default"]
    assert (application.unserved, application.notices) == ((), ())


def test_each_stack_has_its_own_name_and_its_own_resources(both: StackTemplate) -> None:
    resources = data_resources(*resolve_stacks(both, {}, {}))
    assert list(resources) == ["Table", "BrineTable", "Names"]
    assert resources["Names"]["Properties"] == {"BucketName": "brine-names"}


def test_parameters_of_a_stack_beside_have_its_name_in_front(both: StackTemplate) -> None:
    assert both.parameters == {"Layer", "Origin", "brine.Origin"}


def test_an_origin_is_emulated_for_brine_only(both: StackTemplate) -> None:
    assert both.origin_parameters == {"brine.Origin"}


@pytest.mark.parametrize("name", ["Unknown", "Private", "Typo"])
def test_an_export_that_no_stack_has(tmp_path: Path, name: str) -> None:
    (tmp_path / "brine.yaml").write_text(BRINE)
    (tmp_path / "template.yaml").write_text(OWN.replace("${Name}", name))
    stack = read_stack_template(tmp_path / "template.yaml", {"brine": tmp_path / "brine.yaml"})
    application = read_application(*resolve_stacks(stack, {"brine.Origin": "http://a"}, {}))
    assert "TABLE" not in application.functions["Fn"].environment
    assert application.notices == (
        (
            f"Fn.Environment.Variables.TABLE: no stack beside this one exports brine-{name}. "
            "Give its template with --beside. It is left out"
        ),
    )


def test_without_the_stack_beside_every_value_of_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(OWN.replace("${Name}", "TableName"))
    application = read_application(*resolve_stacks(read_stack_template(tmp_path / "template.yaml"), {}, {}))
    assert application.functions["Fn"].layers == ()
    assert [line.partition(":")[0] for line in application.notices] == [
        "Fn.Layers",
        *(f"Fn.Environment.Variables.{name}" for name in ("TABLE", "ZONE", "CORE")),
    ]


def test_an_ssm_parameter_may_have_another_name_or_a_given_value(both: StackTemplate) -> None:
    def layers(given: str) -> tuple[str, ...]:
        return read_application(*resolve_stacks(both, {"Layer": given}, {})).functions["Fn"].foreign_layers

    assert layers("/brine/brine/core-layer") == ()
    arn = "arn:aws:lambda:us-east-1:1:layer:other:1"
    assert layers(arn) == (arn,)


def test_a_later_stack_beside_sees_what_an_earlier_one_publishes(tmp_path: Path) -> None:
    (tmp_path / "first.yaml").write_text("Resources: {}\nOutputs: {A: {Value: a, Export: {Name: first-a}}}")
    (tmp_path / "next.yaml").write_text(
        "Resources: {}\nOutputs: {B: {Value: !ImportValue first-a, Export: {Name: next-b}}}"
    )
    (tmp_path / "template.yaml").write_text(OWN.replace("brine-${Name}", "next-b"))
    beside = {"first": tmp_path / "first.yaml", "next": tmp_path / "next.yaml"}
    stack = read_stack_template(tmp_path / "template.yaml", beside)
    assert read_application(*resolve_stacks(stack, {}, {})).functions["Fn"].environment["TABLE"] == "a"
