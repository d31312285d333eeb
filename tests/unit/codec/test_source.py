from __future__ import annotations

import json

import pytest

from brine_codec import KeyringSource, KeyringUnavailable, UnknownKey

SECRET = "an example secret that is long enough"


class Vault:
    """What a secret store would give: counts how often it is asked."""

    def __init__(self, *ids: int) -> None:
        self.ids = ids
        self.calls = 0
        self.down = False

    def __call__(self) -> str:
        self.calls += 1
        if self.down:
            raise ConnectionError("no answer")
        return json.dumps({str(number): f"{SECRET} {number}" for number in self.ids})


def test_loads_when_first_needed_and_again_after_the_interval() -> None:
    vault = Vault(1)
    source = KeyringSource(vault, refresh_after=300)
    assert vault.calls == 0
    assert [source.sealing_key(now).id for now in (1000, 1001, 1299.9)] == [1, 1, 1]
    assert vault.calls == 1
    vault.ids = (1, 2)
    assert source.sealing_key(1300).id == 2
    assert vault.calls == 2


def test_an_unknown_key_has_it_loaded_again_but_not_too_often() -> None:
    vault = Vault(1)
    source = KeyringSource(vault, refresh_after=300, retry_after=10)
    source.sealing_key(1000)
    with pytest.raises(UnknownKey):
        source.opening_key(2, 1005)
    assert vault.calls == 1
    vault.ids = (1, 2)
    assert source.opening_key(2, 1010).id == 2
    for _ in range(5):
        with pytest.raises(UnknownKey):
            source.opening_key(3, 1011)
    assert vault.calls == 2
    with pytest.raises(UnknownKey):
        source.opening_key(3, 1020)
    assert vault.calls == 3


def test_while_loading_fails_the_keys_at_hand_stay_in_use() -> None:
    vault = Vault(1)
    source = KeyringSource(vault, refresh_after=300, retry_after=10)
    source.sealing_key(1000)
    vault.down = True
    assert [source.sealing_key(now).id for now in (1300, 1301, 1309)] == [1, 1, 1]
    assert vault.calls == 2
    vault.down, vault.ids = False, (2,)
    assert source.sealing_key(1310).id == 2


def test_with_no_keys_at_hand_there_is_a_miss_until_it_can_be_loaded() -> None:
    vault = Vault(1)
    vault.down = True
    source = KeyringSource(vault, retry_after=10)
    for now in (1000, 1005):
        with pytest.raises(KeyringUnavailable):
            source.opening_key(1, now)
    assert vault.calls == 1
    vault.down = False
    assert source.opening_key(1, 1010).id == 1


def test_a_malformed_keyring_counts_as_a_failure() -> None:
    texts = iter([json.dumps({"1": SECRET}), "not json"])
    source = KeyringSource(lambda: next(texts), refresh_after=10)
    assert [source.sealing_key(now).id for now in (1000, 1010)] == [1, 1]


def test_a_clock_that_is_set_back_does_not_stop_refreshing() -> None:
    vault = Vault(1)
    source = KeyringSource(vault, refresh_after=300)
    source.sealing_key(10_000)
    source.sealing_key(1000)
    assert vault.calls == 2
