"""Brine's own client serves an access key; botocore serves all that needs more. An emulator gets no real key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine_cli.aws.access import access_environment

if TYPE_CHECKING:
    from pathlib import Path

KEY = {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "secret"}
KEY_IN_FILE = "[default]\naws_access_key_id = AKFILE\naws_secret_access_key = of file\n"


def chosen(home: Path, variables: dict[str, str], *, region: str | None = None, **files: str) -> dict[str, str]:
    """The environment for the client, with these files in ~/.aws."""
    (home / ".aws").mkdir()
    for name, text in files.items():
        (home / ".aws" / name).write_text(text)
    return access_environment({"HOME": str(home), **variables}, region=region)


def test_a_key_in_the_environment_needs_no_botocore(tmp_path: Path) -> None:
    found = chosen(tmp_path, {**KEY, "AWS_DEFAULT_REGION": "eu-central-1"})
    assert (found["BRINE_AWS_CLIENT"], found["AWS_REGION"]) == ("lean", "eu-central-1")
    assert found["AWS_ACCESS_KEY_ID"] == "AKIA"


def test_a_key_in_a_profile_needs_no_botocore(tmp_path: Path) -> None:
    found = chosen(
        tmp_path,
        {"AWS_PROFILE": "work"},
        config="[profile work]\nregion = eu-west-1\noutput = json\n",
        credentials=KEY_IN_FILE.replace("default", "work") + "aws_session_token = of session\n",
    )
    assert (found["BRINE_AWS_CLIENT"], found["AWS_REGION"]) == ("lean", "eu-west-1")
    assert (found["AWS_ACCESS_KEY_ID"], found["AWS_SESSION_TOKEN"]) == ("AKFILE", "of session")


def test_a_key_in_the_environment_comes_before_that_of_a_profile(tmp_path: Path) -> None:
    found = chosen(tmp_path, {**KEY, "AWS_REGION": "eu-west-1"}, credentials=KEY_IN_FILE)
    assert (found["AWS_ACCESS_KEY_ID"], found.get("AWS_SESSION_TOKEN")) == ("AKIA", None)


@pytest.mark.parametrize(
    ("variables", "config"),
    [
        ({"AWS_REGION": "eu-west-1"}, ""),
        ({"AWS_REGION": "eu-west-1"}, "[default]\nsso_session = corp\nsso_account_id = 1\n"),
        ({**KEY, "AWS_REGION": "eu-west-1"}, "[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = x\n"),
        ({**KEY, "AWS_REGION": "eu-west-1"}, "[default]\nendpoint_url = https://vpce.test\n"),
        ({**KEY, "AWS_REGION": "eu-west-1", "HTTPS_PROXY": "http://proxy.test"}, ""),
        ({**KEY, "AWS_REGION": "eu-west-1", "AWS_CA_BUNDLE": "/corp.pem"}, ""),
        ({**KEY, "AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL_DYNAMODB": "https://vpce.test"}, ""),
        ({**KEY, "AWS_REGION": "us-iso-east-1"}, ""),
        (KEY, ""),
    ],
)
def test_everything_else_is_for_botocore(tmp_path: Path, variables: dict[str, str], config: str) -> None:
    assert chosen(tmp_path, variables, config=config)["BRINE_AWS_CLIENT"] == "botocore"


def test_a_choice_of_the_user_stays(tmp_path: Path) -> None:
    found = chosen(tmp_path, {**KEY, "AWS_REGION": "eu-west-1", "BRINE_AWS_CLIENT": "botocore"})
    assert found["BRINE_AWS_CLIENT"] == "botocore"


def test_the_option_for_the_region_comes_first(tmp_path: Path) -> None:
    assert chosen(tmp_path, {**KEY, "AWS_REGION": "eu-west-1"}, region="us-west-2")["AWS_REGION"] == "us-west-2"


def test_an_emulator_never_gets_the_key_of_the_user() -> None:
    found = access_environment({**KEY, "AWS_PROFILE": "work"}, endpoint_url="http://127.0.0.1:4566/x")
    assert (found["AWS_ACCESS_KEY_ID"], found["AWS_SECRET_ACCESS_KEY"]) == ("test", "test")
    assert (found["AWS_ENDPOINT_URL"], found["BRINE_AWS_CLIENT"]) == ("http://127.0.0.1:4566/x", "lean")
