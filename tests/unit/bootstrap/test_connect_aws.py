"""The access to AWS by the client that the settings choose, and what an emulated AWS allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.session import Session
from moto import mock_aws

from brine import App, cache
from brine.adapters.aws.lean import LeanTransport
from brine.adapters.botocore.transport import BotocoreTransport
from brine.adapters.http1 import HttpClient
from brine.bootstrap.common import EMULATOR_SLOWNESS, connect_aws, emulated_principal, shared_keyring
from brine.bootstrap.results import build_cache
from brine.errors import ConfigError
from brine.settings import Settings
from brine_codec import Keyring

if TYPE_CHECKING:
    from brine.adapters.aws.service import Aws

NO_SESSION = r"^session is 'work': pass a boto3.Session or a botocore"
KEYS = '{"1": "a secret of the tests that is long enough"}'
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "AKID",
    "AWS_REGION": "eu-central-1",
    "AWS_SECRET_ACCESS_KEY": "hushed",
    "BRINE_EMULATED_PRINCIPAL": "user/producer",
    "BRINE_NAMESPACE": "test",
    "BRINE_SIGNING_KEYS": KEYS,
    "BRINE_TABLE": "table",
}


def connected(environment: dict[str, str], session: object | None = None) -> Aws:
    settings = Settings.from_environment(environment, has_session=session is not None)
    with HttpClient() as client:
        return connect_aws(settings, client, session)


def test_the_settings_choose_the_transport() -> None:
    assert isinstance(connected(ENVIRONMENT).transport, BotocoreTransport)
    assert isinstance(connected(ENVIRONMENT | {"BRINE_AWS_CLIENT": "lean"}).transport, LeanTransport)
    in_lambda = ENVIRONMENT | {"AWS_EXECUTION_ENV": "AWS_Lambda_python3.13"}
    assert isinstance(connected(in_lambda).transport, LeanTransport)
    assert isinstance(connected(in_lambda, boto3.Session("A", "B", region_name="x-y-1")).transport, BotocoreTransport)


def test_the_region_of_a_given_session_comes_first() -> None:
    assert connected(ENVIRONMENT).transport.region == "eu-central-1"
    assert connected(ENVIRONMENT, boto3.Session("A", "B", region_name="eu-west-1")).transport.region == "eu-west-1"
    session = Session()
    session.set_credentials("A", "B")
    assert connected(ENVIRONMENT, session).transport.region == "eu-central-1"


def test_a_session_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigError, match=NO_SESSION):
        build_cache(ENVIRONMENT, "quotes", session="work")
    quotes = cache("quotes", environment=ENVIRONMENT, session="work")
    with pytest.raises(ConfigError, match=NO_SESSION):
        quotes.purge_tag("tea")


def test_the_session_of_an_app_is_used() -> None:
    with pytest.raises(ConfigError, match=NO_SESSION):
        App(environment=ENVIRONMENT, session="work").engine()


def test_moto_is_an_emulator() -> None:
    """It takes a keyring written out and an emulated principal, and has more time, as other emulators."""
    settings = Settings.from_environment(ENVIRONMENT)
    with mock_aws():
        aws = connected(ENVIRONMENT)
        assert aws.slowness == EMULATOR_SLOWNESS
        assert isinstance(shared_keyring(settings, aws, KEYS, "the keys"), Keyring)
        assert emulated_principal(settings) == "user/producer"
    assert connected(ENVIRONMENT).slowness == 1
    assert emulated_principal(settings) is None
    with pytest.raises(ConfigError, match="only emulators take a keyring written out"):
        shared_keyring(settings, aws, KEYS, "the keys")
