from __future__ import annotations

import pytest

from brine.adapters.aws.credentials import AwsCredentials
from brine.adapters.aws.endpoints import endpoint
from brine.errors import ConfigError


@pytest.mark.parametrize(
    ("service", "region", "override", "expected"),
    [
        ("dynamodb", "eu-central-1", None, "https://dynamodb.eu-central-1.amazonaws.com"),
        ("bucket.s3", "us-gov-west-1", None, "https://bucket.s3.us-gov-west-1.amazonaws.com"),
        ("secretsmanager", "cn-north-1", None, "https://secretsmanager.cn-north-1.amazonaws.com.cn"),
        ("s3", "eu-central-1", "http://127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("s3", "eu-central-1", "http://LocalHost/", "http://localhost"),
        ("s3", "eu-central-1", "https://host.docker.internal:4566", "https://host.docker.internal:4566"),
        ("s3", "eu-central-1", "http://[::1]:80", "http://[::1]"),
        ("s3", "eu-central-1", "HTTP://H:80/Path/of-it/", "http://h/Path/of-it"),
    ],
)
def test_an_endpoint_is_found(service: str, region: str, override: str | None, expected: str) -> None:
    assert str(endpoint(service, region, override)) == expected


@pytest.mark.parametrize(
    ("region", "override"),
    [("", None), ("eu-central-1/", None), ("EU.evil.test", None)]
    + [
        ("x", url)
        for url in [
            "",
            "ftp://h",
            "http://",
            "http://h//",
            "http://h/a b",
            "http://h/a?b",
            "http://u@h",
            "http://h:",
            "h:80",
            "http://a b",
        ]
    ],
)
def test_an_invalid_region_or_endpoint_is_a_settings_error(region: str, override: str | None) -> None:
    with pytest.raises(ConfigError):
        endpoint("s3", region, override)


def test_credentials_come_from_the_environment() -> None:
    environment = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_SESSION_TOKEN": "c"}

    assert AwsCredentials.from_environment(environment) == AwsCredentials("a", "b", "c")
    assert AwsCredentials.from_environment({**environment, "AWS_SESSION_TOKEN": ""}) == AwsCredentials("a", "b", None)


@pytest.mark.parametrize("name", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_missing_credentials_are_named(name: str) -> None:
    environment = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"} | {name: ""}

    with pytest.raises(ConfigError, match=name):
        AwsCredentials.from_environment(environment)


def test_credentials_do_not_show_what_is_secret() -> None:
    assert repr(AwsCredentials("AKID", "hush", "hush")) == "AwsCredentials(access_key='AKID')"
