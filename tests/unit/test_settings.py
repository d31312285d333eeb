"""Settings that are missing or malformed: each error names the variable, its value, and the remedy."""

from __future__ import annotations

import pytest

from brine.errors import ConfigError
from brine.settings import CacheSettings, Settings

ENVIRONMENT = {
    "BRINE_TABLE": "table",
    "BRINE_BUCKET": "bucket",
    "BRINE_SIGNING_KEYS_SECRET": "keys",
    "AWS_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "me",
    "AWS_SECRET_ACCESS_KEY": "hushed",
    "BRINE_AWS_CLIENT": "lean",
    "BRINE_NAMESPACE": "quotes",
    "OTHER": "hushed",
}
NEEDS = ("BRINE_BUCKET", "BRINE_NAMESPACE")


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("BRINE_TABLE", "", "the environment variable BRINE_TABLE is not set: give it the name of the DynamoDB table"),
        ("BRINE_BUCKET", "", "the environment variable BRINE_BUCKET is not set: give it the name of the S3 bucket"),
        ("BRINE_NAMESPACE", "", "the environment variable BRINE_NAMESPACE is not set: give it the part of the table"),
        ("BRINE_NAMESPACE", "A#", "BRINE_NAMESPACE is 'A#': write 1 to 32 of a-z, 0-9 and -"),
        ("AWS_REGION", "", "the environment variable AWS_REGION is not set: give it the AWS region of the table"),
        ("BRINE_SIGNING_KEYS_SECRET", "", "the environment variable BRINE_SIGNING_KEYS_SECRET is not set: give it"),
        ("BRINE_L1_BYTES", "-1", "BRINE_L1_BYTES is '-1': write a whole number of bytes from 0 to"),
        (
            "BRINE_INLINE_LIMIT",
            "350001",
            "BRINE_INLINE_LIMIT is '350001': write a whole number of bytes from 0 to 350000",
        ),
        ("BRINE_PURGE_DELTA", "1h", "BRINE_PURGE_DELTA is '1h': write a number of seconds from 0 to 3600"),
        ("BRINE_KEY_KEEP_DAYS", "15", "BRINE_KEY_KEEP_DAYS is '15': write a whole number of days from 16 to 3650"),
        ("BRINE_KEY_KEEP_DAYS", "1y", "BRINE_KEY_KEEP_DAYS is '1y': write a whole number of days from 16 to 3650"),
        ("BRINE_AWS_CLIENT", "boto3", "BRINE_AWS_CLIENT is 'boto3': write lean or botocore"),
        ("BRINE_PURGE_DELTA", "3601", "BRINE_PURGE_DELTA is '3601': write a number of seconds from 0 to 3600"),
    ],
)
def test_an_error_names_the_variable_its_value_and_the_remedy(variable: str, value: str, message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        Settings.from_environment(ENVIRONMENT | {variable: value}, needs=NEEDS)

    assert str(refused.value).startswith(message)
    assert "hushed" not in str(refused.value)


NEEDED_FOR_PURGING = ("BRINE_TABLE", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


@pytest.mark.parametrize("missing", NEEDED_FOR_PURGING)
def test_purging_needs_the_table_its_region_and_credentials_only(missing: str) -> None:
    needed = {name: ENVIRONMENT[name] for name in (*NEEDED_FOR_PURGING, "BRINE_AWS_CLIENT")}

    assert CacheSettings.from_environment(needed).table == "table"
    with pytest.raises(ConfigError, match=missing):
        CacheSettings.from_environment(needed | {missing: ""})


def test_with_botocore_region_and_credentials_may_come_from_elsewhere() -> None:
    settings = CacheSettings.from_environment({"BRINE_TABLE": "table", "BRINE_AWS_CLIENT": "botocore"})
    assert (settings.aws_client, settings.region) == ("botocore", "")


def test_a_session_comes_before_the_client_of_the_environment() -> None:
    assert CacheSettings.from_environment(ENVIRONMENT, has_session=True).aws_client == "botocore"


def test_all_missing_and_invalid_variables_are_told_at_once_each_in_a_line() -> None:
    with pytest.raises(ConfigError) as refused:
        Settings.from_environment(
            {"BRINE_AWS_CLIENT": "lean", "BRINE_L1_BYTES": "-1", "BRINE_NAMESPACE": "A", "BRINE_PURGE_DELTA": "1h"},
            needs=NEEDS,
        )

    first, *lines = str(refused.value).splitlines()
    assert first == "9 environment variables are missing or invalid (docs/settings.md):"
    named = [line.removeprefix("- ").removeprefix("the environment variable ").split()[0] for line in lines]
    assert named == [
        *("BRINE_BUCKET", "BRINE_TABLE", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
        "BRINE_SIGNING_KEYS_SECRET",
        *("BRINE_NAMESPACE", "BRINE_L1_BYTES", "BRINE_PURGE_DELTA"),
    ]
    assert all(": give it" in line or ": write" in line for line in lines)


def test_a_function_that_does_not_need_the_bucket_works_without() -> None:
    assert Settings.from_environment(ENVIRONMENT | {"BRINE_BUCKET": ""}).bucket == ""
