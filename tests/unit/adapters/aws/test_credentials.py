from __future__ import annotations

import pytest

from brine.adapters.aws.signing.credentials import AwsCredentials
from brine.errors import ConfigError


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
