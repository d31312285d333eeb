"""Random stories of rotations: no process ever fails to open what is alive, and what is old goes in the end."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brine.adapters.memory.secret_versions import MemorySecretVersions
from brine.domain.keys.keyring_text import KeyringText
from brine.domain.keys.times import DAY, LEAST_WAIT, SEALS_AFTER, opens_until
from brine.errors import RotationFailed
from brine.service.keys.key_rotation import STEPS, KeyRotation
from brine_codec import Codec, KeyringSource, UnknownKey
from brine_codec.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from collections.abc import Callable

START = 1_790_000_000.0
KEEP_DAYS = 30
SKEW = DEFAULT_LIMITS.clock_skew
PROCESSES = 3


@dataclass
class Fleet:
    """Processes with clocks of their own, each with a keyring that it loads by itself. `now` is the true time."""

    skews: tuple[float, ...]
    versions: MemorySecretVersions = field(
        default_factory=lambda: MemorySecretVersions(json.dumps({"1": "the first secret, which is long enough"}))
    )
    now: float = START
    rotations: int = 0
    given_up: int = 0
    alive: list[tuple[bytes, float]] = field(default_factory=list)
    """Envelopes with the ends of their lives, by the clocks that sealed them."""

    def __post_init__(self) -> None:
        self.codecs = [Codec(KeyringSource(lambda: self.versions.text), purpose="tests") for _ in self.skews]

    def seal(self, process: int, life: float) -> None:
        now = self.now + self.skews[process]
        sealed = self.codecs[process].seal("content", now=now, expires_at=now + life)
        self.alive.append((sealed, int(now + life)))

    def open(self, process: int) -> None:
        """Open all that is alive by the clock of this process. An envelope that does not open raises."""
        now = self.now + self.skews[process]
        self.alive = [one for one in self.alive if self.now - SKEW < one[1]]
        for sealed, expires_at in self.alive:
            if now < expires_at:
                assert self.codecs[process].open(sealed, now=now) == "content"

    def rotate(self, process: int, waits: tuple[float, ...]) -> None:
        """Rotate with the clock of a process, and with a wait before each step."""
        self.rotations += 1
        rotation = KeyRotation(
            versions=self.versions,
            clock=lambda: self.now + self.skews[process],
            new_secret=lambda: f"the secret of rotation {self.rotations}, which is long enough",
            keep_days=KEEP_DAYS,
        )
        try:
            for step, wait in zip(STEPS, waits, strict=True):
                self.now += wait
                rotation.run(step, f"rotation {self.rotations}")
        except RotationFailed:  # it took too long
            self.given_up += 1

    def wait(self, pause: float | None, after: float) -> None:
        """Let `pause` seconds pass. With None, wait until `after` seconds after a key begins to seal or is over."""
        if pause is not None:
            self.now += pause
            return
        keys = KeyringText.parse(self.versions.text).entries
        ends = (opens_until(key, keys, KEEP_DAYS) for key in keys)
        times = [time + after for time in (*(key.seals_from for key in keys), *ends) if time is not None]
        self.now = min((time for time in times if time > self.now), default=self.now)


type Action = Callable[[Fleet], None]

processes = st.integers(0, PROCESSES - 1)
waits = st.one_of(st.just(0.0), st.floats(0, 400), st.floats(0, SEALS_AFTER))
actions = st.one_of(
    st.builds(
        lambda process, life: lambda fleet: fleet.seal(process, life),
        processes,
        st.sampled_from([60.0, DAY, (KEEP_DAYS - 1) * DAY]),
    ),
    st.builds(lambda process: lambda fleet: fleet.open(process), processes),
    st.builds(
        lambda process, waits: lambda fleet: fleet.rotate(process, waits),
        processes,
        st.tuples(waits, waits, waits, waits),
    ),
    st.builds(lambda process: lambda fleet: fleet.rotate(process, (0, 0, 0, 0)), processes),
)
pauses = st.one_of(
    st.none(),
    st.none(),
    st.floats(0, 20),
    st.floats(200, 400),
    st.floats(LEAST_WAIT - 100, SEALS_AFTER + 100),
    st.sampled_from([DAY, 10 * DAY, (KEEP_DAYS - 1) * DAY, (KEEP_DAYS + 1) * DAY]),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    skews=st.tuples(*[st.floats(-SKEW / 2, SKEW / 2)] * PROCESSES),
    story=st.lists(
        st.tuples(pauses, st.sampled_from([-90.0, -1.0, 0.0, 1.0, 90.0]), actions), min_size=15, max_size=40
    ),
)
def test_every_process_opens_all_that_is_alive(
    skews: tuple[float, ...], story: list[tuple[float | None, float, Action]]
) -> None:
    fleet = Fleet(skews)
    for pause, after, act in story:
        fleet.wait(pause, after)
        act(fleet)
        for process in range(PROCESSES):
            fleet.open(process)
    fleet.now += (KEEP_DAYS + 1) * DAY + SEALS_AFTER
    fleet.rotate(0, (0, 0, 0, 0))
    fleet.now += SEALS_AFTER + SKEW
    fleet.seal(0, DAY)
    fleet.seal(1, DAY)
    for process in range(PROCESSES):
        fleet.open(process)
    kept = [key.id for key in KeyringText.parse(fleet.versions.text).entries]
    newest = max(kept)
    assert [int.from_bytes(sealed[8:12]) for sealed, _ in fleet.alive] == [newest, newest]
    assert len(kept) == 2  # the newest, and the one that it has just replaced


def test_the_stories_would_find_a_key_that_seals_at_once() -> None:
    """A check of the test: processes that have not loaded the keyring again do not know such a key."""
    fleet = Fleet((0.0, 0.0, 0.0))
    fleet.seal(0, DAY)
    fleet.open(1)
    keys = json.loads(fleet.versions.text)
    fleet.versions.texts["at once"] = json.dumps({**keys, "2": "the second secret, which is long enough"})
    fleet.versions.by_label["AWSCURRENT"] = "at once"
    fleet.now += 5  # within the pause after which an unknown key has the keyring loaded again
    fleet.codecs[0] = Codec(KeyringSource(lambda: fleet.versions.text), purpose="tests")
    fleet.seal(0, DAY)
    with pytest.raises(UnknownKey, match="key 2"):
        fleet.open(1)
