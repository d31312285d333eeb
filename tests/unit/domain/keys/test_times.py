from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from brine.domain.keys.keyring_text import KeyringText
from brine.domain.keys.times import (
    DAY,
    KEY_KEEP_DAYS,
    LEAST_KEEP_DAYS,
    LEAST_WAIT,
    SEALS_AFTER,
    key_state,
    opens_until,
    sealing_id,
)
from brine.domain.purging.stamps import MAX_CONTENT_AGE
from brine.service.channels.sender import UPLOAD_SECONDS
from brine_codec import Keyring, UnknownKey
from brine_codec.envelope.keyring_source import REFRESH_AFTER, RETRY_AFTER
from brine_codec.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from brine.domain.keys.times import KeyState

SECRET = "a secret of the tests that is long enough"


def keyring(**seals_from: int | None) -> KeyringText:
    """Keys by number, such as `k2`, with the time from which each one seals; None for a plain secret."""
    return KeyringText.parse(
        json.dumps(
            {
                name[1:]: SECRET if at is None else {"secret": SECRET, "seals_from": at}
                for name, at in seals_from.items()
            }
        )
    )


def test_a_key_seals_when_all_processes_have_read_it_again() -> None:
    assert 2 * (REFRESH_AFTER + RETRY_AFTER) + 2 * DEFAULT_LIMITS.clock_skew < LEAST_WAIT
    assert SEALS_AFTER > LEAST_WAIT


def test_a_replaced_key_opens_for_longer_than_anything_that_it_sealed_is_used() -> None:
    assert KEY_KEEP_DAYS * DAY >= MAX_CONTENT_AGE + DAY
    assert LEAST_KEEP_DAYS * DAY >= 14 * DAY + UPLOAD_SECONDS + DAY  # the longest retention of a queue


@pytest.mark.parametrize("now", [0, 1000, 1999.9, 2000, 2000.1, 3000, 9e9])
def test_the_sealing_key_is_the_one_that_the_codec_takes(now: float) -> None:
    for keys in (keyring(k1=None, k2=2000, k3=1000), keyring(k5=2000), keyring(k1=3000, k2=None)):
        try:
            expected = Keyring.from_json(keys.text()).sealing_key(now).id
        except UnknownKey:
            expected = None
        assert sealing_id(keys.entries, now) == expected


def test_a_key_opens_until_its_successor_has_sealed_for_so_many_days() -> None:
    keys = keyring(k1=None, k2=2000, k3=9000).entries
    assert [opens_until(key, keys, 30) for key in keys] == [2000 + 30 * DAY, 9000 + 30 * DAY, None]


def test_a_successor_without_a_time_says_nothing() -> None:
    keys = keyring(k1=None, k2=None).entries
    assert [opens_until(key, keys, 30) for key in keys] == [None, None]
    keys = keyring(k1=None, k2=None, k3=50).entries
    assert [opens_until(key, keys, 30) for key in keys] == [50 + 30 * DAY, 50 + 30 * DAY, None]


@pytest.mark.parametrize(
    ("now", "states"),
    [
        (1999, ["seals", "waits"]),
        (2000, ["opens", "seals"]),
        (1999 + 30 * DAY, ["opens", "seals"]),
        (2000 + 30 * DAY, ["over", "seals"]),
    ],
)
def test_the_state_of_a_key(now: float, states: list[KeyState]) -> None:
    keys = keyring(k1=None, k2=2000).entries
    assert [key_state(key, keys, now, 30) for key in keys] == states
