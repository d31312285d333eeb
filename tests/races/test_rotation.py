"""A rotation while gateways in eight processes fill and hit: nothing that is stored ever fails to open."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from brine.adapters.aws.secret_versions import AwsSecretVersions
from brine.adapters.http1 import HttpClient
from brine.bootstrap.rotator import new_secret
from brine.domain.keys.keyring_text import KeyringText
from brine.domain.keys.times import KEY_KEEP_DAYS, SEALS_AFTER
from brine.errors import RotationFailed
from brine.service.keys.key_removal import KeyRemoval
from brine.service.keys.key_rotation import STEPS, KeyRotation
from brine_codec.envelope.keyring_source import REFRESH_AFTER, RETRY_AFTER
from tests.races.rotation_crowd import CLIENTS, rotation_crowd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.races.crowd import SlowOrigin
    from tests.races.rotation_crowd import RotationCrowd
    from tests.support.emulators.aws import Emulator

pytestmark = pytest.mark.races
BEFORE = 4
"""Rounds before the rotation."""
DURING = 20
"""Rounds from its end until its key seals."""
AFTER = 8
"""Rounds after that."""
OLD = 6
"""Stored paths that every client asks for in each round, beside a new one for all and one of its own."""


class Fleet:
    """The processes, and the keyring that they share."""

    def __init__(
        self, crowd: RotationCrowd, emulator: Emulator, client: HttpClient, environment: dict[str, str]
    ) -> None:
        self.crowd = crowd
        self.emulator = emulator
        self.table = environment["BRINE_TABLE"]
        self.versions = AwsSecretVersions(emulator.reached_by(client), environment["BRINE_SIGNING_KEYS_SECRET"])
        self.sealed_in: dict[str, int] = {}
        """The key that should have sealed each path, by the time of its round."""
        self.results: Counter[str] = Counter()
        self.rounds = 0

    def rotation(self) -> KeyRotation:
        return KeyRotation(versions=self.versions, clock=self.crowd.now, new_secret=new_secret, keep_days=KEY_KEEP_DAYS)

    def round(self, key: int) -> None:
        """Every client asks for a new path of all, for a new one of its own, and for stored ones."""
        stored = list(self.sealed_in)[-OLD // 2 :] + list(self.sealed_in)[: OLD // 2]
        new = [f"/o/all-{self.rounds}", f"/o/own-{self.rounds}-{{client}}"]
        got = self.crowd.ask([*new, *stored])
        self.rounds += 1
        assert [one.faults for one in got if one.faults] == []
        assert {one.path: one.result for one in got if one.path in self.sealed_in and one.result != "hit"} == {}
        self.results.update(one.result for one in got)
        for path in {one.path for one in got} - self.sealed_in.keys():
            self.sealed_in[path] = key

    def keys_in_table(self) -> dict[str, int]:
        """The key id of each envelope in the table, by its path."""
        pages = self.emulator.dynamodb.get_paginator("scan").paginate(TableName=self.table)
        items = [item for page in pages for item in page["Items"] if item["sk"]["S"] == "main"]
        return {item["target"]["S"]: int.from_bytes(item["envelope"]["B"][8:12]) for item in items}


@pytest.fixture
def fleet(environment: dict[str, str], ministack: Emulator, origin: SlowOrigin) -> Iterator[Fleet]:
    origin.delay, origin.max_age = 0.0, 86_400
    environment |= {"BRINE_L1_BYTES": "0"}  # so that every hit opens an envelope of the table
    with HttpClient() as client, rotation_crowd(environment) as crowd:
        yield Fleet(crowd, ministack, client, environment)


def test_no_stored_response_fails_to_open_during_a_rotation(
    fleet: Fleet, origin: SlowOrigin, capsys: pytest.CaptureFixture[str]
) -> None:
    crowd = fleet.crowd
    begin = crowd.now()
    for number in range(BEFORE):
        crowd.move_to(begin + number * 100)
        fleet.round(key=1)
    version = str(uuid4())
    for step in STEPS:
        fleet.rotation().run(step, version)
        fleet.round(key=1)
    (newest,) = [key for key in fleet.rotation().create(version).entries if key.id == 2]
    switch = newest.seals_from
    assert switch >= begin + SEALS_AFTER
    for number in range(DURING, 0, -1):
        crowd.move_to(switch - (number / DURING) ** 3 * (switch - crowd.now()) - 30)  # ever closer to it
        fleet.round(key=1)
    assert crowd.now() < switch
    crowd.move_to(switch)
    for _ in range(AFTER):
        fleet.round(key=2)
        crowd.move_to(crowd.now() + 60)

    with capsys.disabled():
        print(f"\n{fleet.rounds} rounds of {CLIENTS} clients around a rotation: {dict(fleet.results)}")
    assert fleet.keys_in_table() == {path.removeprefix("/o"): key for path, key in fleet.sealed_in.items()}
    assert set(fleet.results) <= {"miss", "hit", "collapsed"}
    assert fleet.results["miss"] == len(fleet.sealed_in)
    assert sum(origin.asked.values()) == len(fleet.sealed_in)


def test_two_rotations_at_once_make_one_key(fleet: Fleet) -> None:
    def rotate(version: str) -> bool:
        try:
            for step in STEPS:
                fleet.rotation().run(step, version)
        except RotationFailed:  # the other one was faster
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(rotate, [str(uuid4()) for _ in range(4)]))
    assert any(done)
    [current] = [version for version, labels in fleet.versions.labels().items() if "AWSCURRENT" in labels]
    assert [key.id for key in KeyringText.parse(fleet.versions.read(current) or "").entries] == [1, 2]
    fleet.round(key=1)


def test_a_leaked_key_costs_one_miss_for_each_response_that_it_sealed(fleet: Fleet, origin: SlowOrigin) -> None:
    crowd = fleet.crowd
    fleet.round(key=1)
    before = dict(fleet.sealed_in)
    KeyRemoval(versions=fleet.versions, clock=crowd.now, new_secret=new_secret).remove(1, lambda: str(uuid4()))
    crowd.move_to(crowd.now() + REFRESH_AFTER + RETRY_AFTER)
    crowd.ask(["/o/new-{client}"])  # every process loads the keyring again before it seals
    got = crowd.ask(["/o/all-0", "/o/own-0-{client}"])
    assert {fault for one in got for fault in one.faults} == {"outdated-unknownkey"}
    assert [one for one in got if not one.body] == []
    again = crowd.ask(["/o/all-0", "/o/own-0-{client}"])
    assert ({one.result for one in again}, [one.faults for one in again if one.faults]) == ({"hit"}, [])
    assert {path: origin.asked[path.removeprefix("/o")] for path in before} == dict.fromkeys(before, 2)
    assert set(fleet.keys_in_table().values()) == {2}
