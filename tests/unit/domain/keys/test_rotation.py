from __future__ import annotations

import json

import pytest

from brine.domain.keys.keyring_text import KeyringText
from brine.domain.keys.rotation import LARGEST_ID, mismatch, rotated, without_key
from brine.domain.keys.times import DAY, LEAST_WAIT, SEALS_AFTER
from brine.errors import RotationFailed
from brine_codec import BadKeyring, Keyring
from tests.unit.domain.keys.test_times import SECRET, keyring

NEW = "a new secret of the tests that is long enough"
NOW = 1_790_000_000
KEEP = 30.0


def ids(keys: KeyringText) -> list[int]:
    return [key.id for key in keys.entries]


def test_the_text_that_the_template_generates_gets_a_key_that_waits() -> None:
    made = rotated(keyring(k1=None), NOW, NEW, KEEP)
    assert json.loads(made.text()) == {"1": SECRET, "2": {"secret": NEW, "seals_from": NOW + SEALS_AFTER}}
    codec = Keyring.from_json(made.text())
    assert codec.sealing_key(NOW + SEALS_AFTER - 1).id == 1
    assert codec.sealing_key(NOW + SEALS_AFTER).id == 2


def test_a_key_goes_when_nothing_that_it_sealed_is_alive() -> None:
    keys = keyring(k1=None, k2=NOW)
    assert ids(rotated(keys, NOW + KEEP * DAY - 1, NEW, KEEP)) == [1, 2, 3]
    assert ids(rotated(keys, NOW + KEEP * DAY, NEW, KEEP)) == [2, 3]


def test_while_a_key_waits_a_rotation_adds_no_other() -> None:
    keys = rotated(keyring(k1=None), NOW, NEW, KEEP)
    assert rotated(keys, NOW + SEALS_AFTER - 1, "unused", KEEP) == keys
    assert ids(rotated(keys, NOW + SEALS_AFTER, NEW, KEEP)) == [1, 2, 3]


def test_a_key_that_waits_for_years_does_not_prevent_a_rotation() -> None:
    keys = keyring(k1=None, k2=4_000_000_000)
    made = rotated(keys, NOW, NEW, KEEP)
    assert ids(made) == [1, 2, 3]
    assert Keyring.from_json(made.text()).sealing_key(NOW + SEALS_AFTER).id == 3


def test_ids_can_run_out() -> None:
    keys = KeyringText.parse(json.dumps({str(LARGEST_ID): SECRET}))
    with pytest.raises(RotationFailed, match="largest id"):
        rotated(keys, NOW, NEW, KEEP)


def test_a_removed_key_that_sealed_is_replaced_by_the_one_before_it_until_the_new_one_is_known() -> None:
    made = without_key(keyring(k1=None, k2=NOW - 5), 2, NOW, NEW)
    codec = Keyring.from_json(made.text())
    assert ids(made) == [1, 3]
    assert (codec.sealing_key(NOW).id, codec.sealing_key(NOW + SEALS_AFTER).id) == (1, 3)


def test_without_an_older_key_the_one_that_waits_seals_at_once() -> None:
    made = without_key(keyring(k1=None, k2=NOW + 5), 1, NOW + 0.5, NEW)
    assert json.loads(made.text()) == {"2": {"secret": SECRET, "seals_from": NOW}}


def test_if_no_other_key_is_left_the_new_one_seals_at_once() -> None:
    made = without_key(keyring(k1=None), 1, NOW + 0.5, NEW)
    assert json.loads(made.text()) == {"2": {"secret": NEW, "seals_from": NOW}}


def test_a_removed_key_that_only_opened_needs_no_successor() -> None:
    assert ids(without_key(keyring(k1=None, k2=NOW - 5), 1, NOW, NEW)) == [2]


def test_a_removed_key_that_waited_has_a_successor_with_another_id() -> None:
    made = without_key(keyring(k1=None, k2=NOW + 5), 2, NOW, NEW)
    assert ids(made) == [1, 3]


def test_a_key_that_is_not_there_cannot_be_removed() -> None:
    with pytest.raises(RotationFailed, match=r"no key 7\. Its keys: 1, 2"):
        without_key(keyring(k1=None, k2=None), 7, NOW, NEW)


FIRST = keyring(k1=None, k2=NOW - 5)
SECOND = rotated(FIRST, NOW, NEW, KEEP)


@pytest.mark.parametrize("late", [0, SEALS_AFTER - LEAST_WAIT])
def test_a_successor_fits_the_keyring_that_it_was_made_from(late: float) -> None:
    assert mismatch(FIRST, SECOND, NOW + late, KEEP) is None
    assert mismatch(FIRST, FIRST, NOW + late, KEEP) is None


def test_a_successor_may_lack_keys_that_are_over() -> None:
    now = NOW + 40 * DAY
    assert mismatch(FIRST, rotated(FIRST, now, NEW, KEEP), now, KEEP) is None


def test_a_successor_that_comes_late_does_not_fit() -> None:
    assert "too long ago" in str(mismatch(FIRST, SECOND, NOW + SEALS_AFTER - LEAST_WAIT + 1, KEEP))


@pytest.mark.parametrize(
    "changed",
    [
        without_key(FIRST, 2, NOW, NEW + "x"),
        without_key(FIRST, 1, NOW, NEW),
        rotated(FIRST, NOW, NEW + "x", KEEP),
        keyring(k1=None, k2=NOW - 5, k4=None),
        KeyringText.parse(FIRST.text().replace(SECRET, NEW, 1)),
    ],
)
def test_a_successor_does_not_fit_a_keyring_that_has_changed_since(changed: KeyringText) -> None:
    assert "has changed" in str(mismatch(changed, SECOND, NOW, KEEP))


def test_a_key_that_was_removed_while_it_waited_does_not_come_back() -> None:
    waiting = rotated(FIRST, NOW, NEW, KEEP)
    again = rotated(waiting, NOW + 1, "unused", KEEP)  # of a rotation that adds no key
    removed = without_key(waiting, 3, NOW + 2, NEW + "x")
    assert "has changed" in str(mismatch(removed, again, NOW + 3, KEEP))


def test_nothing_shows_a_secret() -> None:
    assert SECRET not in repr(FIRST)
    with pytest.raises(BadKeyring) as raised:
        KeyringText.parse(FIRST.text().replace('"1"', '"x"'))
    assert SECRET not in str(raised.value)


def test_entries_are_kept_as_they_are() -> None:
    text = json.dumps({"1": SECRET, "2": {"secret": SECRET, "seals_from": 5.5}})
    assert KeyringText.parse(text).text() == text
