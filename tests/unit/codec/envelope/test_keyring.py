from __future__ import annotations

import json
import traceback

import pytest

from brine_codec import BadKeyring, Keyring, UnknownKey

SECRET = "an example secret that is long enough"


def test_the_newest_key_seals_and_all_open() -> None:
    keyring = Keyring.from_json(json.dumps({"9": SECRET, "10": SECRET + "x"}))
    assert keyring.sealing_key(0).id == 10
    assert [keyring.opening_key(number, 0).id for number in (9, 10)] == [9, 10]


def test_a_key_seals_from_its_time_on_and_opens_before() -> None:
    keyring = Keyring.from_json(json.dumps({"1": SECRET, "2": {"secret": SECRET, "seals_from": 1000}}))
    assert keyring.sealing_key(999.9).id == 1
    assert keyring.sealing_key(1000).id == 2
    assert keyring.opening_key(2, 0).id == 2


def test_an_unknown_key_is_a_miss_that_names_it() -> None:
    with pytest.raises(UnknownKey, match="key 7") as raised:
        Keyring.from_json(json.dumps({"1": SECRET})).opening_key(7, 0)
    assert raised.value.key_id == 7


def test_no_key_may_seal_yet() -> None:
    keyring = Keyring.from_json(json.dumps({"1": {"secret": SECRET, "seals_from": 1000}}))
    with pytest.raises(UnknownKey):
        keyring.sealing_key(10)


def test_a_mac_is_made_once_for_each_purpose() -> None:
    key = Keyring.from_json(json.dumps({"1": SECRET})).sealing_key(0)
    assert key.mac("a") is key.mac("a")
    assert key.mac("a").tag(b"x") != key.mac("b").tag(b"x")


MALFORMED = [
    "",
    "{",
    "[]",
    "null",
    '"text"',
    "[" * 100_000,
    "{}",
    json.dumps({"0": SECRET}),
    json.dumps({"01": SECRET}),
    json.dumps({"-1": SECRET}),
    json.dumps({"1.0": SECRET}),
    json.dumps({"one": SECRET}),
    json.dumps({"\u0661": SECRET}),
    json.dumps({"4294967296": SECRET}),
    json.dumps({"9" * 5000: SECRET}),
    json.dumps({"1": SECRET[:31]}),
    json.dumps({"1": 5}),
    json.dumps({"1": [SECRET]}),
    json.dumps({"1": None}),
    json.dumps({"1": {"seals_from": 5}}),
    json.dumps({"1": {"secret": SECRET, "from": 5}}),
    json.dumps({"1": {"secret": SECRET, "seals_from": SECRET}}),
    json.dumps({"1": {"secret": SECRET, "seals_from": True}}),
    json.dumps({"1": {"secret": SECRET, "seals_from": -1}}),
    json.dumps({"1": {"secret": SECRET, "seals_from": float("nan")}}),
    json.dumps({"1": {"secret": {"secret": SECRET}}}),
    f'{{"1": "{SECRET}", "1": "{SECRET}"}}',
    f'{{"1": {{"secret": "{SECRET}", "secret": "{SECRET}"}}}}',
    f'{{"1": "{SECRET}"',
]


@pytest.mark.parametrize("text", MALFORMED)
def test_a_malformed_keyring_is_an_error_without_the_secret(text: str) -> None:
    with pytest.raises(BadKeyring) as raised:
        Keyring.from_json(text)
    assert SECRET[:31] not in "".join(traceback.format_exception(raised.value))
    assert raised.value.__context__ is None


def test_repr_shows_ids_alone() -> None:
    keyring = Keyring.from_json(json.dumps({"1": SECRET}))
    assert repr(keyring) == "Keyring([1])"
    assert repr(keyring.sealing_key(0)) == "Key(1)"
