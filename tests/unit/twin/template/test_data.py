"""The tables, buckets, secrets and queues of a template, with the properties that the local twin uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine_cli.template.data import data_resources
from brine_cli.template.stacks import read_stack_template, resolve_stacks

if TYPE_CHECKING:
    from pathlib import Path

    from brine_cli.template.document import Node


def read(tmp_path: Path, text: str) -> tuple[dict[str, Node], list[str]]:
    """The resources of a template, and the notes about them."""
    path = tmp_path / "template.yaml"
    path.write_text(text)
    notes: list[str] = []
    return data_resources(*resolve_stacks(read_stack_template(path), {}, {}), note=notes.append), notes


def test_data_resources_are_resolved_and_conditional(tmp_path: Path) -> None:
    found, notes = read(
        tmp_path,
        "Conditions: {Never: !Equals [a, b]}\n"
        "Resources:\n"
        "  Table: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Sub '${AWS::StackName}-t'}}\n"
        "  Other: {Type: AWS::S3::Bucket, Condition: Never}\n"
        "  Log: {Type: AWS::Logs::LogGroup}\n",
    )
    assert found == {"Table": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "brine-dev-t"}}}
    assert notes == []


def test_a_simple_table_is_a_table_with_one_key(tmp_path: Path) -> None:
    found, notes = read(
        tmp_path,
        "Resources:\n"
        "  Plain: {Type: AWS::Serverless::SimpleTable}\n"
        "  Own:\n"
        "    Type: AWS::Serverless::SimpleTable\n"
        "    Properties: {TableName: own, PrimaryKey: {Name: number, Type: Number}, Tags: {a: !ImportValue b}}\n",
    )
    assert found["Plain"] == {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
        },
    }
    assert found["Own"]["Properties"]["TableName"] == "own"
    assert found["Own"]["Properties"]["AttributeDefinitions"] == [{"AttributeName": "number", "AttributeType": "N"}]
    assert notes == []


def test_only_a_property_that_the_twin_uses_must_be_known(tmp_path: Path) -> None:
    found, notes = read(
        tmp_path,
        "Resources:\n"
        "  Bucket:\n"
        "    Type: AWS::S3::Bucket\n"
        "    Properties: {BucketName: !ImportValue name, BucketEncryption: !ImportValue encryption}\n",
    )
    assert found == {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": {}}}
    assert notes == ["Bucket.BucketName: no stack beside this one exports name. Give its template with --beside"]
