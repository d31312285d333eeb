"""Keyrings of older versions are read as they were meant, and rotations write them still so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from brine.domain.keys.keyring_text import KeyringText
from brine_codec import Codec, Keyring
from tests.golden.keyring.keyrings import life
from tests.golden.keyring.write_v1 import LATER

V1: list[dict[str, Any]] = json.loads(Path(__file__).with_name("v1.json").read_text())


@pytest.mark.parametrize("one", V1, ids=lambda one: str(one["name"]))
def test_a_keyring_opens_and_seals_as_before(one: dict[str, Any]) -> None:
    keyring = Keyring.from_json(one["text"])
    assert [key.id for key in keyring.keys(0)] == one["opens"]
    assert [[now, keyring.sealing_key(now).id] for now, _ in one["seals"]] == one["seals"]
    codec = Codec(keyring, purpose="test")
    assert codec.open(bytes.fromhex(one["sealed"]), now=LATER) == one["name"]
    assert codec.seal(one["name"], now=LATER).hex() == one["sealed"]


def test_rotations_and_removals_write_the_same_texts() -> None:
    assert life() == {one["name"]: one["text"] for one in V1}


@pytest.mark.parametrize("one", V1[1:], ids=lambda one: str(one["name"]))
def test_a_text_is_kept_as_it_is(one: dict[str, Any]) -> None:
    assert KeyringText.parse(one["text"]).text() == one["text"]
