"""Templates are read, and their intrinsic functions resolved, as CloudFormation does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine_cli.errors import TemplateError
from brine_cli.template.document import read_template
from brine_cli.template.intrinsics import Resolver

if TYPE_CHECKING:
    from pathlib import Path

    from brine_cli.template.document import Node

TEMPLATE = """
Parameters:
  Size: {Type: Number, Default: 5}
  Stage: {Type: String, Default: test}
  Needed: {Type: String}
  Zones: {Type: "List<AWS::EC2::AvailabilityZone::Name>", Default: "a,b"}
  Image: {Type: "AWS::SSM::Parameter::Value<String>", Default: /shared/image}
  Colours: {Type: CommaDelimitedList, Default: "red, blue"}
Mappings:
  Sizes: {test: {memory: 128}, prod: {memory: 1024}}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsTest: !Not [!Condition IsProd]
  Both: !And [!Condition IsProd, !Condition IsTest]
  Either: !Or [!Condition IsProd, !Condition IsTest]
  FiveIsFive: !Equals [!Ref Size, "5"]
Resources:
  Table: {Type: T}
  Fn: {Type: AWS::Serverless::Function}
  OnlyInProd: {Type: T, Condition: IsProd}
  OnlyInTest: {Type: T, Condition: IsTest}
  Subject:
    Type: T
    Properties:
      Value: VALUE
"""


def resolved(tmp_path: Path, value: str, **overrides: str) -> Node:
    path = tmp_path / "template.yaml"
    path.write_text(TEMPLATE.replace("VALUE", value))
    attributes = {("Table", "Ref"): "brine-table", ("Table", "Arn"): "arn:table"}
    resource = Resolver(read_template(path), overrides=overrides, attributes=attributes).resource("Subject")
    assert resource is not None
    return resource["Properties"].get("Value")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("!Ref Size", 5),
        ("!Ref Table", "brine-table"),
        ("!Ref OnlyInTest", "OnlyInTest"),
        ("!Ref AWS::Region", "us-east-1"),
        ("!Ref Colours", ["red", "blue"]),
        ("!Ref AWS::NoValue", None),
        ("[a, !Ref AWS::NoValue, b]", ["a", "b"]),
        ("!GetAtt Table.Arn", "arn:table"),
        ("!GetAtt [Table, Arn]", "arn:table"),
        ("!GetAtt Table.Other", "Table.Other"),
        (
            "!Sub '${Stage}-${Table}-${Table.Arn}-${AWS::StackName}-${!Literal}'",
            "test-brine-table-arn:table-brine-dev-${Literal}",
        ),
        ("!Sub ['${Mine}/${Stage}', {Mine: !Ref Table}]", "brine-table/test"),
        ("!Join ['-', [a, !Ref Stage, !Ref Size]]", "a-test-5"),
        ("!If [IsProd, a, b]", "b"),
        ("!If [IsProd, a, !Ref AWS::NoValue]", None),
        ("!If [Either, a, b]", "a"),
        ("!If [Both, a, b]", "b"),
        ("!If [FiveIsFive, a, b]", "a"),
        ("!Select [1, !Split ['.', a.b.c]]", "b"),
        ("!FindInMap [Sizes, !Ref Stage, memory]", 128),
        ("!FindInMap [Sizes, dev, memory, {DefaultValue: 1}]", 1),
        ("!Select [1, !GetAZs '']", "us-east-1b"),
        ("!GetAZs eu-west-1", ["eu-west-1a", "eu-west-1b", "eu-west-1c"]),
        ("!Cidr [10.0.0.0/16, 2, 8]", ["10.0.0.0/24", "10.0.1.0/24"]),
        ("!Select [0, !Cidr ['2001:db8::/56', '1', '64']]", "2001:db8::/64"),
        ("!Base64 abc", "YWJj"),
        ("{Fn::Length: [a, b]}", 2),
        ("{Fn::ToJsonString: {a: !Ref Stage}}", '{"a":"test"}'),
        ("!Ref ServerlessHttpApi", "ServerlessHttpApi"),
        ("!Sub 'https://${ServerlessRestApi}.execute-api'", "https://ServerlessRestApi.execute-api"),
        ("!GetAtt FnRole.Arn", "FnRole.Arn"),
        ("!Ref Fn.Version", "Fn.Version"),
        ("!Ref Zones", ["a", "b"]),
        ("{Condition: IsTest}", True),
        ("{Fn::Join: ['', [a, {Ref: Stage}]]}", "atest"),
        ("{Condition: {Bool: {a: b}}}", {"Condition": {"Bool": {"a": "b"}}}),
        ("2012-10-17", "2012-10-17"),
    ],
)
def test_values(tmp_path: Path, value: str, expected: object) -> None:
    assert resolved(tmp_path, value) == expected


def test_given_parameters_win_over_defaults(tmp_path: Path) -> None:
    assert resolved(tmp_path, "!If [IsProd, !Ref Needed, b]", Stage="prod", Needed="given") == "given"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("!Ref Tabel", "Subject.Value: !Ref Tabel: no parameter or resource has this name"),
        ("!GetAtt Tabel.Arn", "Subject.Value: !GetAtt Tabel.Arn: no resource has this name"),
        ("!Sub '${Tabel}'", "Subject.Value: !Ref Tabel: no parameter or resource has this name"),
        ("!If [IsProduction, a, b]", "Subject.Value: no condition has the name IsProduction"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, value: str, message: str) -> None:
    with pytest.raises(TemplateError) as raised:
        resolved(tmp_path, value)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("!FindInMap [Sizes, dev, memory]", "Subject.Value: !FindInMap Sizes.dev.memory: no such entry"),
        (
            "!Ref Needed",
            "Subject.Value: Needed: the parameter has no default. Give it a value with --parameter",
        ),
        (
            "!Join ['', [a, !ImportValue other]]",
            "Subject.Value: no stack beside this one exports other. Give its template with --beside",
        ),
        (
            "!Ref Image",
            (
                "Subject.Value: Image: no stack here has the SSM parameter /shared/image. Give its template with "
                "--beside, or write parameter:/shared/image=VALUE into the file of --secrets"
            ),
        ),
        ("'a{{resolve:ssm:/shared/x:3}}'", "Subject.Value: no stack here has the SSM parameter /shared/x"),
        (
            "'{{resolve:secretsmanager:db:SecretString:password}}'",
            "Subject.Value: the local twin has no value for {{resolve:secretsmanager:db:SecretString:password}}",
        ),
        ("{Fn::Transform: {Name: AWS::Include}}", "Subject.Value: the local twin does not support Fn::Transform"),
        ("!Join a", "Subject.Value: Fn::Join cannot be used like this: 'a'"),
        ("!Select [3, !Split ['-', !GetAtt Table.Other]]", "Subject.Value: Fn::Select cannot be used like this"),
        ("!GetAtt Fn.Outputs.Url", "Subject.Value: !GetAtt Fn.Outputs.Url: the local twin does not know this output"),
    ],
)
def test_values_that_only_aws_knows_are_left_out_with_the_reason(tmp_path: Path, value: str, message: str) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(TEMPLATE.replace("VALUE", f"[1, {{Part: {value}, Other: 2}}, {value}]"))
    notes: list[str] = []
    resource = Resolver(read_template(path), overrides={}, attributes={}).resource("Subject", note=notes.append)
    assert resource is not None
    assert resource["Properties"] == {"Value": [1, {"Other": 2}]}
    assert notes[0].startswith(message.replace("Subject.Value", "Subject.Value.Part", 1))
    assert notes[1].startswith(message)


def test_only_the_chosen_branch_must_be_known(tmp_path: Path) -> None:
    assert resolved(tmp_path, "!If [IsProd, !ImportValue x, {a: !If [IsTest, b, !ImportValue y]}]") == {"a": "b"}


def test_only_the_properties_that_are_used_are_resolved(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text("Resources: {Subject: {Type: T, Properties: {Used: 1, Unused: !Ref Tabel}}}")
    resource = Resolver(read_template(path), overrides={}, attributes={}).resource("Subject", {"Used"})
    assert resource == {"Type": "T", "Properties": {"Used": 1}}


def test_a_resource_with_an_unknown_condition_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(
        "Parameters: {P: {Type: String}}\nConditions: {C: !Equals [!Ref P, a]}\nResources: {R: {Type: T, Condition: C}}"
    )
    notes: list[str] = []
    assert Resolver(read_template(path), overrides={}, attributes={}).resource("R", note=notes.append) is None
    assert notes == [
        (
            "R is left out, as its condition is not known: "
            "P: the parameter has no default. Give it a value with --parameter"
        )
    ]


def test_a_resource_goes_with_its_condition(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(TEMPLATE)
    resolver = Resolver(read_template(path), overrides={}, attributes={})
    assert resolver.resource("OnlyInProd") is None
    assert resolver.resource("OnlyInTest") == {"Type": "T"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("Resources: [", "is not YAML"),
        ("Description: nothing", "has no Resources"),
        ("Resources: {Table: {}}", "Table has no Type"),
        ("Resources: {Table: {Type: {Ref: X}}}", "Table has no Type"),
    ],
)
def test_files_that_are_no_template(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(content)
    with pytest.raises(TemplateError, match=message):
        read_template(path)


def test_functions_that_make_resources_are_resources_of_their_own_type(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(
        "Resources: {Fn::ForEach::Tables: [Name, [A, B], {}], Table: {Type: T}}\nOutputs: {Fn::ForEach::Names: []}"
    )
    template = read_template(path)
    assert template.resources == {"Table": {"Type": "T"}, "Fn::ForEach::Tables": {"Type": "Fn::ForEach"}}
    assert template.outputs == {}


def test_a_missing_template(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="No such file"):
        read_template(tmp_path / "template.yaml")
