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
        ("!Ref Tabel", "Subject: !Ref Tabel: no parameter or resource has this name"),
        ("!GetAtt Tabel.Arn", "Subject: !GetAtt Tabel.Arn: no resource has this name"),
        ("!Sub '${Tabel}'", "Subject: !Ref Tabel: no parameter or resource has this name"),
        ("!If [IsProduction, a, b]", "Subject: no condition has the name IsProduction"),
        ("!FindInMap [Sizes, dev, memory]", "Subject: !FindInMap Sizes.dev.memory: no such entry"),
        ("!Ref Needed", "Needed: the parameter has no default"),
        ("!ImportValue other", "Subject: the local twin does not support Fn::ImportValue"),
        ("!Join a", "Subject: Fn::Join cannot be used like this: 'a'"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, value: str, message: str) -> None:
    with pytest.raises(TemplateError) as raised:
        resolved(tmp_path, value)
    assert message in str(raised.value)


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


def test_a_missing_template(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="No such file"):
        read_template(tmp_path / "template.yaml")
