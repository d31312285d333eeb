"""The credentials and the region of a session."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.session import Session

from brine.adapters.botocore.sessions import check_access, check_session, create_client, own_session, region_of
from brine.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

PROFILES = """
[profile work]
region = eu-west-1
aws_access_key_id = AKIDWORK
aws_secret_access_key = hushed
"""
KEYS = {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "hushed", "AWS_SESSION_TOKEN": "token"}


def access_key(session: Session) -> str:
    credentials = session.get_credentials()
    assert credentials is not None
    return str(credentials.get_frozen_credentials().access_key)


def test_access_keys_of_a_given_environment_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "OTHER")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hushed")
    assert access_key(own_session(KEYS)) == "AKID"
    assert access_key(own_session({})) == "OTHER"


@pytest.mark.parametrize("name", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_half_an_access_key_is_not_replaced_by_the_credentials_of_the_process(name: str) -> None:
    with pytest.raises(ConfigError, match="AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY belong together"):
        own_session({name: "half"})


def test_a_profile_gives_keys_and_a_region(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bare.write_text(PROFILES)
    given = own_session({"AWS_PROFILE": "work"})
    assert (access_key(given), region_of(given)) == ("AKIDWORK", "eu-west-1")
    monkeypatch.setenv("AWS_PROFILE", "work")
    found = own_session(os.environ)
    assert (access_key(found), region_of(found)) == ("AKIDWORK", "eu-west-1")


def test_an_unknown_profile_is_named(bare: Path) -> None:
    bare.write_text(PROFILES)
    with pytest.raises(ConfigError, match="nowhere"):
        region_of(own_session({"AWS_PROFILE": "nowhere"}))


def test_without_credentials_the_error_says_what_to_do() -> None:
    with pytest.raises(ConfigError, match=r"finds no AWS credentials: set AWS_ACCESS_KEY_ID .*`aws sso login`"):
        check_access(own_session({}), "eu-central-1")


@pytest.mark.parametrize("region", [None, ""])
def test_without_a_region_the_error_says_what_to_do(region: str | None) -> None:
    with pytest.raises(ConfigError, match=r"^there is no AWS region: set AWS_REGION, or give"):
        check_access(own_session(KEYS), region)


def test_sessions_of_boto3_and_botocore_will_do() -> None:
    for session in (boto3.Session(region_name="eu-west-3"), Session()):
        check_session(session)
        client = create_client(session, "sqs", region_name="eu-west-3")
        assert client.meta.endpoint_url == "https://sqs.eu-west-3.amazonaws.com"
    assert region_of(boto3.Session(region_name="eu-west-3")) == "eu-west-3"
    assert region_of(Session()) is None


@pytest.mark.parametrize("session", ["work", boto3, object()])
def test_anything_else_is_refused(session: object) -> None:
    with pytest.raises(ConfigError, match=r"pass a boto3.Session or a botocore.session.Session$"):
        check_session(session)


@pytest.mark.parametrize(
    "options", [{"region_name": "eu central"}, {"region_name": "eu-west-1", "endpoint_url": "nowhere"}]
)
def test_settings_that_botocore_refuses_are_named(options: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=r"^botocore makes no client of sqs: .*(eu central|nowhere)"):
        create_client(Session(), "sqs", **options)
