"""The client's calls to AWS: for a channel's keys, and for its own identity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine_client import ClientError, Credentials, secret_keyring
from brine_client.credentials import BotocoreSigner
from brine_codec import Codec, KeyringUnavailable
from tests.support.emulators.aws import REGION

if TYPE_CHECKING:
    from tests.support.emulators.aws import Emulator

KEYS = Credentials("testing", "testing")


def test_a_keyring_comes_from_its_secret(emulator: Emulator) -> None:
    emulator.secrets.create_secret(Name="orders-keys", SecretString='{"1": "a secret of at least 32 characters"}')
    keyring = secret_keyring("orders-keys", region=REGION, credentials=KEYS, endpoint_url=emulator.endpoint_url)
    codec = Codec(keyring, purpose="test")
    assert codec.open(codec.seal([1], now=1), now=1) == [1]


def test_a_secret_that_is_not_there_leaves_no_keyring(emulator: Emulator) -> None:
    keyring = secret_keyring("no-such-keys", region=REGION, credentials=KEYS, endpoint_url=emulator.endpoint_url)
    with pytest.raises(KeyringUnavailable):
        Codec(keyring, purpose="test").seal(1, now=1)


def test_sts_says_whose_credentials_these_are(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator.endpoint_url)
    identity = BotocoreSigner("https://gateway.example", KEYS, REGION).principal()
    assert identity.startswith("user/")


def test_without_sts_the_principal_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(ClientError, match="STS does not say"):
        BotocoreSigner("https://gateway.example", KEYS, REGION).principal()
