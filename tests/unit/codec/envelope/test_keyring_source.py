from __future__ import annotations

import json
import threading
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

import pytest

from brine_codec import BadKeyring, KeyringSource, KeyringUnavailable, UnknownKey

SECRET = "an example secret that is long enough"


class Vault:
    """A secret store that counts its calls."""

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


def test_a_request_that_began_before_the_load_does_not_have_it_loaded_again() -> None:
    vault = Vault(1)
    source = KeyringSource(vault, refresh_after=300, retry_after=10)
    source.sealing_key(1000)
    source.sealing_key(1300)
    assert vault.calls == 2
    assert [source.sealing_key(now).id for now in (1299, 1280, 1301)] == [1, 1, 1]
    assert vault.calls == 2


class SlowVault(Vault):
    """A secret store that answers when the test allows it, and signals that it was called."""

    def __init__(self, *ids: int) -> None:
        super().__init__(*ids)
        self.asked = threading.Event()
        self.may_answer = threading.Event()

    def __call__(self) -> str:
        self.asked.set()
        assert self.may_answer.wait(10)
        return super().__call__()


def test_threads_that_have_no_keys_wait_for_the_one_that_loads_them() -> None:
    vault = SlowVault(1)
    source = KeyringSource(vault)
    with ThreadPoolExecutor(8) as threads:
        first = threads.submit(source.opening_key, 1, 1000)
        assert vault.asked.wait(10)
        others = [threads.submit(source.opening_key, 1, 1000) for _ in range(7)]
        assert not wait(others, timeout=0.1, return_when=FIRST_COMPLETED).done
        vault.may_answer.set()
        assert {future.result(10).id for future in (first, *others)} == {1}
    assert vault.calls == 1


def test_threads_that_open_with_a_key_at_hand_do_not_wait_for_newer_ones() -> None:
    vault = SlowVault(1)
    source = KeyringSource(vault, refresh_after=300)
    vault.may_answer.set()
    source.sealing_key(1000)
    vault.may_answer.clear()
    vault.asked.clear()
    vault.ids = (1, 2)
    with ThreadPoolExecutor(1) as threads:
        refreshing = threads.submit(source.sealing_key, 1300)
        assert vault.asked.wait(10)
        assert source.opening_key(1, 1300).id == 1
        vault.may_answer.set()
        assert refreshing.result(10).id == 2


def test_a_thread_that_seals_waits_for_the_load_under_way() -> None:
    """An idle process may wake up long after a rotation. None of its threads seals with the key of before."""
    vault = SlowVault(1)
    source = KeyringSource(vault, refresh_after=300)
    vault.may_answer.set()
    source.sealing_key(1000)
    vault.may_answer.clear()
    vault.asked.clear()
    vault.ids = (1, 2)
    with ThreadPoolExecutor(2) as threads:
        loading = threads.submit(source.opening_key, 1, 90_000)
        assert vault.asked.wait(10)
        sealing = threads.submit(source.sealing_key, 90_000)
        assert not wait([sealing], timeout=0.1).done
        vault.may_answer.set()
        assert (loading.result(10).id, sealing.result(10).id) == (1, 2)
    assert vault.calls == 2


def test_a_thread_that_needs_an_unknown_key_waits_for_the_load_under_way() -> None:
    vault = SlowVault(1)
    source = KeyringSource(vault, refresh_after=300)
    vault.may_answer.set()
    source.sealing_key(1000)
    vault.may_answer.clear()
    vault.asked.clear()
    vault.ids = (1, 2)
    with ThreadPoolExecutor(2) as threads:
        refreshing = threads.submit(source.sealing_key, 1300)
        assert vault.asked.wait(10)
        waiting = threads.submit(source.opening_key, 2, 1300)
        vault.may_answer.set()
        assert (refreshing.result(10).id, waiting.result(10).id) == (2, 2)
    assert vault.calls == 2


def test_it_tells_why_the_last_load_failed() -> None:
    vault = Vault(1)
    source = KeyringSource(vault, refresh_after=300, retry_after=10)
    vault.down = True
    with pytest.raises(KeyringUnavailable) as raised:
        source.sealing_key(1000)
    error = source.last_error
    assert isinstance(error, ConnectionError)
    assert raised.value.__cause__ is error
    vault.down = False
    source.sealing_key(1010)
    assert source.last_error is None


def test_the_error_of_a_malformed_keyring_shows_no_secret() -> None:
    source = KeyringSource(lambda: json.dumps({"1": SECRET, "x": SECRET}))
    with pytest.raises(KeyringUnavailable):
        source.sealing_key(1000)
    error = source.last_error
    assert isinstance(error, BadKeyring)
    assert (error.__traceback__, error.__cause__, error.__context__) == (None, None, None)
    assert SECRET not in str(error)
