"""The table and the bucket that `create_stores` makes for tests with moto."""

from __future__ import annotations

import os
import random
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.session import Session
from moto import mock_aws

import brine
from brine.bootstrap.results import build_cache
from brine.errors import ConfigError
from brine.testing import create_stores
from brine.testing.keys import KEYS
from brine.testing.stores import TABLE
from tests.template.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine import Cache

REGION = "eu-central-1"
LARGE = random.Random(3).randbytes(100_000)  # noqa: S311 - no secret: bytes that do not compress


@contextmanager
def stores(name: str = "brine-test", region: str = REGION) -> Iterator[dict[str, str]]:
    with mock_aws(), create_stores(boto3.Session(region_name=region), name) as variables:
        yield variables


def price(product: str) -> int:
    return len(product)


def compute(cache: Cache, value: object) -> object:
    return cache.get_or_compute("key", lambda: value, freshness_lifetime=60)


def test_the_table_is_that_of_the_template() -> None:
    declared = Stack.read().template["Resources"]["Table"]["Properties"]
    assert {name: declared[name] for name in TABLE} == TABLE


def test_the_variables_hold_until_the_end_of_the_block() -> None:
    before = dict(os.environ)
    with stores("shop") as variables:
        assert variables.items() <= os.environ.items()
        assert (variables["BRINE_TABLE"], variables["BRINE_BUCKET"]) == ("shop", "shop")
    assert dict(os.environ) == before


@pytest.mark.parametrize("region", [REGION, "us-east-1"])
def test_results_are_in_the_table_or_in_the_bucket(region: str) -> None:
    cache = brine.cache("quotes")
    with stores(region=region) as variables:
        assert [compute(cache, "small"), compute(cache, "other")] == ["small", "small"]
        large = build_cache(os.environ, "large")
        assert compute(large, LARGE) == compute(large, b"other") == LARGE
        dynamodb, s3 = boto3.client("dynamodb", region_name=region), boto3.client("s3", region_name=region)
        assert dynamodb.scan(TableName=variables["BRINE_TABLE"], Select="COUNT")["Count"] == 4
        assert s3.list_objects_v2(Bucket=variables["BRINE_BUCKET"])["KeyCount"] == 1


@mock_aws
def test_the_variables_and_a_table_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without `create_stores`, and with the region as boto3 reads it."""
    monkeypatch.delenv("AWS_REGION", raising=False)
    given = {"AWS_DEFAULT_REGION": REGION, "BRINE_TABLE": "own", "BRINE_NAMESPACE": "test", "BRINE_SIGNING_KEYS": KEYS}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    table: Any = TABLE
    boto3.client("dynamodb").create_table(TableName="own", **table)
    cache = brine.cache("quotes")
    assert compute(cache, "first") == compute(cache, "second") == "first"
    assert boto3.client("dynamodb").scan(TableName="own", Select="COUNT")["Count"] == 2
    cache.clear()
    assert compute(cache, "second") == "first"


def test_each_block_begins_without_results() -> None:
    cache = brine.cache("quotes")
    for value in ("first", "second"):
        with stores(f"brine-{value}"):
            assert compute(cache, value) == value


def test_variables_of_lambda_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "orders")
    monkeypatch.setenv("AWS_EXECUTION_ENV", "AWS_Lambda_python3.13")
    with stores():
        cache = build_cache(os.environ, "quotes")
        assert compute(cache, "first") == compute(cache, "second") == "first"


def test_a_refresh_request_is_in_the_queue() -> None:
    with stores():
        sqs = boto3.client("sqs", region_name=REGION)
        url = sqs.create_queue(QueueName="refreshes")["QueueUrl"]
        cache = build_cache(os.environ | {"BRINE_REFRESH_QUEUE": url}, "quotes")

        quote = brine.cached(cache, freshness_lifetime=0, grace=600)(price)
        assert quote("tea") == quote("tea") == 3
        assert len(sqs.receive_message(QueueUrl=url)["Messages"]) == 1


def test_the_keyring_may_be_a_secret_of_moto() -> None:
    with stores() as variables:
        secrets = boto3.client("secretsmanager", region_name=REGION)
        secrets.create_secret(Name="keys", SecretString=variables["BRINE_SIGNING_KEYS"])
        given = {**variables, "BRINE_SIGNING_KEYS": "", "BRINE_SIGNING_KEYS_SECRET": "keys"}
        cache = build_cache({**os.environ, **given}, "quotes")
        assert compute(cache, "first") == compute(cache, "second") == "first"


@pytest.mark.parametrize(
    ("session", "why"),
    [(Session(), "the session has no region: pass one, such as"), ("none", "session is 'none': pass a boto3.Session")],
)
def test_another_session_is_refused(session: Any, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    with mock_aws(), pytest.raises(ConfigError, match=why), create_stores(session):
        pass
