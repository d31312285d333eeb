"""The public names, the modules that importing them loads, and the principals of credentials."""

from __future__ import annotations

import pytest

import brine_client
from brine_client import ClientError, Credentials
from brine_client.credentials import BotocoreSigner, principal_of
from tests.unit.codec.test_public import NOT_IMPORTED, loaded_after

NAMES = [
    "AlreadySent",
    "AnswerInvalid",
    "Client",
    "ClientError",
    "ContentRefused",
    "ContentTooLarge",
    "Credentials",
    "Message",
    "NotFound",
    "NotPermitted",
    "ReceiptExpired",
    "Refused",
    "Retries",
    "SealedMessage",
    "Unavailable",
    "Unreachable",
    "secret_keyring",
]


def test_the_public_names() -> None:
    assert sorted(brine_client.__all__) == NAMES
    classes = [named for name in NAMES if isinstance(named := getattr(brine_client, name), type)]
    errors = [cls for cls in classes if issubclass(cls, Exception)]
    others = {"Client", "Credentials", "Message", "Retries", "SealedMessage", "secret_keyring"}
    assert len(errors) == len(NAMES) - len(others)
    assert all(issubclass(cls, ClientError) for cls in errors)


def test_importing_is_cheap() -> None:
    assert loaded_after("import brine_client") & (NOT_IMPORTED | {"http", "email", "random"}) == set()


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        ("arn:aws:iam::123456789012:user/shop", "user/shop"),
        ("arn:aws:iam::123456789012:user/team/shop", "user/shop"),
        ("arn:aws:sts::123456789012:assumed-role/producer/session-1", "role/producer"),
        ("arn:aws:iam::123456789012:root", "root"),
    ],
)
def test_a_principal_is_known_by_user_or_role(arn: str, name: str) -> None:
    assert principal_of(arn) == name


def test_the_region_is_in_the_url_of_an_api() -> None:
    url = "https://a1b2.execute-api.ap-northeast-2.amazonaws.com"
    assert BotocoreSigner(url, None, None)._region == "ap-northeast-2"
    assert BotocoreSigner(url, None, "eu-west-1")._region == "eu-west-1"


def test_credentials_do_not_show_their_secret() -> None:
    assert repr(Credentials("shop", "hidden", "hidden too")) == "Credentials('shop')"
