"""`brine local-template` puts layers and names in the place of the outputs that `sam local` does not resolve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine_cli.__main__ import main
from brine_cli.errors import TemplateError
from brine_cli.template.document import read_document
from brine_cli.template.local import local_template
from brine_cli.template.stacks import read_stack_template

if TYPE_CHECKING:
    from pathlib import Path

INNER = """\
Resources:
  Table: {Type: AWS::DynamoDB::Table}
  CoreLayer:
    Type: AWS::Serverless::LayerVersion
    Metadata: {BuildMethod: makefile, SamResourceId: CoreLayer}
    Properties: {ContentUri: CoreLayer, CompatibleRuntimes: [python3.13], LayerName: !Sub "${AWS::StackName}-core"}
  OtherLayer: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: OtherLayer}}
Outputs:
  TableName: {Value: !Ref Table}
  TableArn: {Value: !GetAtt Table.Arn}
  CoreLayerArn: {Value: !Ref CoreLayer}
"""
MIDDLE = """\
Resources:
  Deep: {Type: AWS::Serverless::Application, Properties: {Location: Deep/template.yaml}}
Outputs:
  TableName: {Value: !GetAtt Deep.Outputs.TableName}
  CoreLayerArn: {Value: !GetAtt Deep.Outputs.CoreLayerArn}
"""
OUTER = """\
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Environment: {Variables: {BRINE_TABLE: !GetAtt Brine.Outputs.TableName}}}}
Resources:
  Brine: {Type: AWS::Serverless::Application, Properties: {Location: Brine/template.yaml}}
  OneFunction:
    Type: AWS::Serverless::Function
    Metadata: {SamResourceId: OneFunction}
    Properties:
      Layers: [!GetAtt Brine.Outputs.CoreLayerArn, !Ref OwnLayer]
      Environment:
        Variables:
          ARN: !GetAtt Brine.Outputs.TableArn
          TEXT: !Sub "${Brine.Outputs.TableName}/${AWS::Region}"
  OwnLayer: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: OwnLayer}}
"""


def written(folder: Path, **templates: str) -> Path:
    for place, text in templates.items():
        file = folder.joinpath(*place.split("_"), "template.yaml") if place != "outer" else folder / "template.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder / "template.yaml"


def test_the_layers_and_the_names_that_a_nested_stack_outputs_are_in_the_template(tmp_path: Path) -> None:
    made = local_template(read_stack_template(written(tmp_path, outer=OUTER, Brine=INNER)))
    function = made["Resources"]["OneFunction"]["Properties"]
    assert made["Globals"]["Function"]["Environment"]["Variables"] == {"BRINE_TABLE": "Table"}
    assert function["Layers"] == [{"Ref": "CoreLayer"}, {"Ref": "OwnLayer"}]
    assert made["Resources"]["CoreLayer"] == {
        "Type": "AWS::Serverless::LayerVersion",
        "Properties": {"ContentUri": "Brine/CoreLayer", "CompatibleRuntimes": ["python3.13"]},
    }
    assert made["Resources"].keys() == {"Brine", "OneFunction", "OwnLayer", "CoreLayer"}
    assert function["Environment"]["Variables"] == {
        "ARN": {"Fn::GetAtt": ["Brine", "Outputs.TableArn"]},
        "TEXT": {"Fn::Sub": "Table/${AWS::Region}"},
    }
    assert made["Transform"] == "AWS::Serverless-2016-10-31"


def test_an_output_may_come_from_a_stack_that_a_nested_stack_nests(tmp_path: Path) -> None:
    made = local_template(read_stack_template(written(tmp_path, outer=OUTER, Brine=MIDDLE, Brine_Deep=INNER)))
    assert made["Resources"]["CoreLayer"]["Properties"]["ContentUri"] == "Brine/Deep/CoreLayer"
    assert made["Globals"]["Function"]["Environment"]["Variables"] == {"BRINE_TABLE": "Table"}


def test_a_template_that_was_not_built_is_an_error(tmp_path: Path) -> None:
    file = written(tmp_path, outer=OUTER.replace("SamResourceId", "Other"), Brine=INNER)
    with pytest.raises(TemplateError, match=r"template\.yaml is not a template that `sam build` wrote"):
        local_template(read_stack_template(file))


def test_the_command_writes_the_template_beside_the_built_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    built = written(tmp_path, outer=OUTER, Brine=INNER)
    assert main(["local-template", "--template", str(built)]) == 0
    assert f"Wrote {tmp_path / 'local.yaml'}." in capsys.readouterr().out
    assert read_document(tmp_path / "local.yaml") == local_template(read_stack_template(built))


def test_the_command_names_the_build_that_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["local-template", "--template", str(tmp_path / "template.yaml")]) == 1
    assert "template.yaml does not exist. Run `sam build` first" in capsys.readouterr().err
