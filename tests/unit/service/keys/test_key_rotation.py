"""Each step of a rotation, at each place where it may end, and beside another rotation."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

import pytest

from brine.adapters.memory.secret_versions import MemorySecretVersions
from brine.domain.keys.keyring_text import KeyringText
from brine.domain.keys.times import DAY, SEALS_AFTER
from brine.errors import RotationFailed, StoreUnavailable
from brine.ports.keys import CURRENT, PENDING
from brine.service.keys.key_removal import KeyRemoval
from brine.service.keys.key_rotation import STEPS, KeyRotation
from brine_codec import Codec, Keyring, UnknownKey
from tests.support.secret_versions import WatchedVersions

if TYPE_CHECKING:
    from brine.ports.keys import SecretVersions
    from brine.service.keys.key_rotation import RotationStep

SECRET = "a secret of the tests that is long enough"
NOW = 1_790_000_000.0


@dataclass
class World:
    """A secret, and rotations of it."""

    versions: MemorySecretVersions = field(
        default_factory=lambda: MemorySecretVersions(json.dumps({"1": SECRET}), "first")
    )
    now: float = NOW
    numbers: count[int] = field(default_factory=count)

    def rotation(self, versions: SecretVersions | None = None) -> KeyRotation:
        return KeyRotation(
            versions=versions or self.versions,
            clock=lambda: self.now,
            new_secret=self.new_secret,
            keep_days=30,
        )

    def removal(self, versions: SecretVersions | None = None) -> KeyRemoval:
        return KeyRemoval(versions=versions or self.versions, clock=lambda: self.now, new_secret=self.new_secret)

    def new_secret(self) -> str:
        return f"secret {next(self.numbers)} of the tests that is long enough"

    def rotate(self, version: str, *steps: RotationStep) -> None:
        for step in steps or STEPS:
            self.rotation().run(step, version)

    @property
    def ids(self) -> list[int]:
        return [key.id for key in KeyringText.parse(self.versions.text).entries]


def test_the_four_steps_add_a_key_that_waits() -> None:
    world = World()
    before = world.versions.text
    for step in STEPS[:3]:
        world.rotate("second", step)
        assert world.versions.text == before
    world.rotate("second", "finishSecret")
    keyring = Keyring.from_json(world.versions.text)
    assert (keyring.sealing_key(NOW).id, keyring.sealing_key(NOW + SEALS_AFTER).id) == (1, 2)
    assert world.versions.by_label[CURRENT] == "second"


def test_each_step_can_be_repeated() -> None:
    world = World()
    for step in STEPS:
        world.rotate("second", step, step, step)
    texts = dict(world.versions.texts)
    world.rotate("second")  # all of it once more, when it is done
    assert world.versions.texts == texts
    assert world.ids == [1, 2]


def test_the_step_in_which_nothing_is_to_do_calls_nothing() -> None:
    world = World()
    world.rotate("second", "setSecret")
    assert world.versions.by_label == {CURRENT: "first"}


@pytest.mark.parametrize("is_done", [False, True])
@pytest.mark.parametrize("call", range(12))
def test_a_rotation_that_ends_at_any_call_continues_where_it_was(call: int, is_done: bool) -> None:
    world, calls = World(), count()
    ended = []

    def end(name: str) -> None:
        if next(calls) == call:
            ended.append(name)
            raise StoreUnavailable("the process ends here")

    versions = WatchedVersions(world.versions, **{"after" if is_done else "before": end})
    for step in STEPS:
        try:
            world.rotation(versions).run(step, "second")
        except StoreUnavailable:
            assert SECRET in world.versions.text
            world.rotation(versions).run(step, "second")
    assert len(ended) == 1
    assert world.ids == [1, 2]


def test_two_attempts_at_one_rotation_at_once_make_one_key() -> None:
    world = World()

    def other(name: str) -> None:
        if name == "add_pending":
            world.rotate("second", "createSecret")

    slow = world.rotation(WatchedVersions(world.versions, before=other)).create("second")
    assert slow.text() == world.versions.texts["second"]
    world.rotate("second", "testSecret", "finishSecret")
    world.rotate("second", "finishSecret")
    assert world.ids == [1, 2]


def test_of_two_rotations_at_once_one_is_done_and_the_other_fails() -> None:
    world = World()
    world.rotate("second", "createSecret")
    world.rotate("third", "createSecret")  # takes the label PENDING
    with pytest.raises(RotationFailed, match="not pending any more"):
        world.rotate("second", "testSecret")
    world.rotate("third", "testSecret", "finishSecret")
    with pytest.raises(RotationFailed, match="not pending any more"):
        world.rotate("second", "finishSecret")
    assert world.versions.by_label[CURRENT] == "third"
    assert world.ids == [1, 2]


def test_of_two_rotations_that_finish_in_one_moment_one_is_done() -> None:
    world = World()
    world.rotate("second", "createSecret", "setSecret", "testSecret")

    def other(name: str) -> None:
        if name == "promote":
            world.rotate("third")

    with pytest.raises(RotationFailed, match="changed in this moment"):
        world.rotation(WatchedVersions(world.versions, before=other)).finish("second")
    assert world.versions.by_label[CURRENT] == "third"


def test_a_second_rotation_soon_after_the_first_adds_no_key() -> None:
    world = World()
    world.rotate("second")
    world.now += 60
    world.rotate("third")
    assert (world.versions.by_label[CURRENT], world.ids) == ("third", [1, 2])


def test_rotations_of_years_keep_what_may_still_be_alive_and_no_more() -> None:
    world = World()
    for number in range(20):
        world.rotate(f"rotation {number}")
        world.now += 10 * DAY
    assert world.ids == [17, 18, 19, 20, 21]


@pytest.mark.parametrize("text", ["", "{", '"text"', f'{{"x": "{SECRET}"}}', '{"1": "short"}', "{}"])
def test_a_secret_that_is_no_keyring_stays_as_it_is_and_the_error_says_what_to_do(text: str) -> None:
    world = World(MemorySecretVersions(text))
    for step in ("createSecret", "testSecret", "finishSecret"):
        with pytest.raises(RotationFailed, match="is no keyring") as raised:
            world.rotate("second", step)
        assert "docs/key-rotation.md" in str(raised.value)
        assert SECRET not in str(raised.value)
        assert raised.value.__cause__ is None
    assert world.versions.texts == {"first": text}
    assert world.versions.by_label == {CURRENT: "first"}


def test_a_mended_secret_is_rotated_by_the_same_request() -> None:
    world = World(MemorySecretVersions("unreadable"))
    with pytest.raises(RotationFailed):
        world.rotate("second", "createSecret")
    world.versions.texts["mended"] = json.dumps({"1": SECRET})
    world.versions.by_label[CURRENT] = "mended"
    world.rotate("second")
    assert world.ids == [1, 2]


def test_a_rotation_that_finishes_too_late_is_given_up_and_the_next_one_works() -> None:
    world = World()
    world.rotate("second", "createSecret", "setSecret", "testSecret")
    world.now += SEALS_AFTER
    with pytest.raises(RotationFailed, match=r"too long ago.*Begin a new rotation"):
        world.rotate("second", "finishSecret")
    assert world.versions.by_label == {CURRENT: "first"}
    with pytest.raises(RotationFailed, match="too long ago"):
        world.rotate("second", "createSecret")  # Secrets Manager tries it again
    world.rotate("third")
    assert world.ids == [1, 2]


def test_a_key_that_is_added_by_hand_during_a_rotation_is_not_lost() -> None:
    world = World()
    world.rotate("second", "createSecret", "setSecret", "testSecret")
    world.versions.texts["by hand"] = json.dumps({"1": SECRET, "5": SECRET})
    world.versions.by_label[CURRENT] = "by hand"
    with pytest.raises(RotationFailed, match="has changed"):
        world.rotate("second", "finishSecret")
    assert world.ids == [1, 5]
    assert PENDING not in world.versions.by_label


def test_a_version_without_a_text_is_not_tested_nor_finished() -> None:
    world = World()
    world.versions.by_label[PENDING] = "second"
    for step in ("testSecret", "finishSecret"):
        with pytest.raises(RotationFailed, match="no text yet"):
            world.rotate("second", step)


def test_the_test_of_a_schedule_that_is_new_has_a_copy_of_the_current_version() -> None:
    """Secrets Manager calls testSecret alone if RotateImmediatelyOnUpdate is false."""
    world = World()
    world.versions.add_pending("copy", world.versions.text)
    world.rotate("copy", "testSecret")
    assert world.ids == [1]


def test_a_removed_key_opens_nothing_any_more_and_another_seals() -> None:
    world = World()
    world.rotate("second")
    world.now += 2 * SEALS_AFTER
    sealed = Codec(Keyring.from_json(world.versions.text), purpose="x").seal(1, now=world.now)
    before, after = world.removal().preview(2)
    assert ([key.id for key in before.entries], [key.id for key in after.entries]) == ([1, 2], [1, 3])
    assert world.ids == [1, 2]
    world.removal().remove(2, lambda: "third")
    assert world.ids == [1, 3]
    keyring = Keyring.from_json(world.versions.text)
    with pytest.raises(UnknownKey, match="key 2"):
        Codec(keyring, purpose="x").open(sealed, now=world.now)
    assert keyring.sealing_key(world.now).id == 1


def test_a_removal_ends_a_rotation_that_would_bring_the_key_back() -> None:
    world = World()
    world.rotate("second", "createSecret", "setSecret", "testSecret")
    world.removal().remove(1, lambda: "removal")
    with pytest.raises(RotationFailed, match="not pending any more"):
        world.rotate("second", "finishSecret")
    assert world.ids == [2]
    assert SECRET not in world.versions.text


def test_a_removal_begins_again_if_the_secret_changes_meanwhile() -> None:
    world = World()

    changes = 2

    def change(name: str) -> None:
        nonlocal changes
        if name == "promote" and changes:
            changes -= 1
            world.versions.texts[f"change {changes}"] = world.versions.text
            world.versions.by_label[CURRENT] = f"change {changes}"

    removal = world.removal(WatchedVersions(world.versions, before=change))
    versions = iter(["a", "b", "c", "d", "e", "f"])
    removal.remove(1, lambda: next(versions))
    assert (world.versions.by_label[CURRENT], world.ids) == ("c", [2])
    changes = 9
    with pytest.raises(RotationFailed, match="changed 3 times"):
        removal.remove(2, lambda: next(versions))
    assert world.ids == [2]
