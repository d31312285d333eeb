"""Two hundred clients in eight processes that race for the lease of one key, through the product's own adapters.

A round has two phases, and all clients start each phase at the same time. In the first phase, all clients try to take a
free lease. In the second phase, the lease holder ends its lease in one of three ways, while the other clients try
again; the client that takes the lease now fills the key at once. So the lease is free for the next round. The time in
the calls is the number of the phase: no client waits for a lease to expire.
"""

from __future__ import annotations

import multiprocessing
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from brine.adapters.aws.endpoints import Endpoints
from brine.adapters.aws.lean import LeanTransport
from brine.adapters.aws.service import Aws
from brine.adapters.aws.signing.credentials import AwsCredentials
from brine.adapters.dynamodb.items import DynamoItemStore
from brine.adapters.dynamodb.leases import DynamoLeaseStore
from brine.adapters.http1 import HttpClient
from brine.ports.caching import Item, Lease
from tests.support.emulators.aws import SLOWNESS

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.synchronize import Barrier

    from brine.ports.caching import ItemStore, LeaseStore

PROCESSES = 8
THREADS = 25
LIMIT = 600.0  # seconds for a phase, after which everybody gives up: a slow machine needs tens

type Ending = Literal["commit", "release", "expire"]
ENDINGS: tuple[Ending, ...] = ("commit", "expire", "release", "expire")


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A lease that a client held in a phase of round `number`. `found`: the generation stored once it was taken, or 0.

    `taken_at` and `ended_at` are seconds of the machine's monotonic clock. `taken_at`: acquire had answered.
    `ended_at`: the client made the call that ended the lease.
    """

    number: int
    phase: int
    lease: Lease
    found: int
    ending: Ending
    taken_at: float
    ended_at: float = 0.0
    committed: bool = False


@dataclass(frozen=True, slots=True)
class Course:
    """The settings of a race: its endpoint, table and key, and the number of rounds."""

    endpoint_url: str
    region: str
    table: str
    pk: str
    rounds: int


def race(course: Course) -> list[Turn]:
    """Return the turns of all clients, sorted by token."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(PROCESSES * THREADS)
    pipes = [context.Pipe(duplex=False) for _ in range(PROCESSES)]
    processes = [
        context.Process(target=run_clients, args=(course, number, barrier, sender), daemon=True)
        for number, (_, sender) in enumerate(pipes)
    ]
    for process in processes:
        process.start()
    turns: list[Turn] = []
    try:
        for receiver, sender in pipes:
            sender.close()  # ours; when the process ends without a word, the next line raises EOFError
            turns += receiver.recv()
    finally:
        for process in processes:
            process.terminate()
            process.join()
        for receiver, _ in pipes:
            receiver.close()
    return sorted(turns, key=lambda turn: turn.lease.token)


def run_clients(course: Course, process: int, barrier: Barrier, sender: Connection) -> None:
    """Run the clients of one process."""
    with HttpClient() as client, ThreadPoolExecutor(THREADS) as threads:
        credentials = AwsCredentials("testing", "testing")
        transport = LeanTransport(
            region=course.region,
            credentials=lambda: credentials,
            client=client,
            endpoints=Endpoints(url=course.endpoint_url),
        )
        aws = Aws(transport=transport, slowness=SLOWNESS)  # 200 clients on one emulator: a long queue
        items = DynamoItemStore(aws, course.table)
        leases = DynamoLeaseStore(aws, course.table)

        def run(thread: int) -> list[Turn]:
            try:
                return Racer(f"{process}-{thread}", course, barrier, items, leases).run()
            except BaseException:
                barrier.abort()  # the other clients would wait in vain
                raise

        sender.send([turn for turns in threads.map(run, range(THREADS)) for turn in turns])


@dataclass(frozen=True, slots=True)
class Racer:
    """One client of the race."""

    name: str
    course: Course
    barrier: Barrier
    items: ItemStore
    leases: LeaseStore

    def run(self) -> list[Turn]:
        """Take part in all rounds; return the leases that this client had."""
        turns = []
        for number in range(self.course.rounds):
            ending = ENDINGS[number % len(ENDINGS)]
            now = 2 * number
            self.barrier.wait(LIMIT)
            turn = self._take(number, 0, ending, now=now, expires_at=now + 1 if ending == "expire" else now + 9)
            self.barrier.wait(LIMIT)
            if turn is None:
                turn = self._take(number, 1, "commit", now=now + 1, expires_at=now + 2)
            if turn is not None:
                turns.append(self._end(turn))
        return turns

    def _take(self, number: int, phase: int, ending: Ending, *, now: float, expires_at: float) -> Turn | None:
        owner = f"{self.name} in {number}.{phase}"
        lease = self.leases.acquire(self.course.pk, owner=owner, now=now, expires_at=expires_at)
        if not isinstance(lease, Lease):
            return None
        taken_at = time.monotonic()
        item = self.items.read(self.course.pk, "main", consistent=True)
        return Turn(
            number=number,
            phase=phase,
            lease=lease,
            found=item.generation if item else 0,
            ending=ending,
            taken_at=taken_at,
        )

    def _end(self, turn: Turn) -> Turn:
        ended_at = time.monotonic()
        committed = False
        if turn.ending == "release":
            self.leases.release(turn.lease)
        else:
            item = Item(envelope=turn.lease.owner.encode(), evict_at=1_900_000_000, generation=turn.lease.token)
            committed = self.leases.commit(turn.lease, "main", item)
        return replace(turn, ended_at=ended_at, committed=committed)


def violations(turns: list[Turn], rounds: int) -> list[str]:
    """Return the violations in turns sorted by token: one lease at a time is valid, and all older ones are dead."""
    wrong = [f"{a} and {b}: one token" for a, b in pairwise(turns) if a.lease.token == b.lease.token]
    first_phase = [turn for turn in turns if turn.phase == 0]
    if [turn.number for turn in first_phase] != list(range(rounds)):
        wrong.append(f"a round without one first lease, or with two: {first_phase}")
    stored, last_sent = 0, 0.0
    for turn in turns:
        if turn.found != stored:
            wrong.append(f"{turn}: {stored} should be stored")
        if turn.taken_at < last_sent:
            wrong.append(f"{turn}: a commit under an older token went through later")
        if turn.committed:
            stored, last_sent = turn.lease.token, turn.ended_at
        elif turn.ending == "commit":
            wrong.append(f"{turn}: a holder's commit was refused")
    return wrong
