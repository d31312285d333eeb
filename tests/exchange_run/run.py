"""One run of the exchange under faults: senders, receivers and functions, any of which may be killed at any time.

The local twin serves the template. Faulty wires stand between its functions and AWS, and between clients and the twin.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError as AwsError

from brine.adapters.sqs import channel_message
from brine.domain.channels.channel import PURPOSE, message_context
from brine_cli.emulators.run import run_emulator
from brine_cli.lambda_runtime.pool import OnDemandEnvironments
from brine_cli.twin import Twin
from brine_client import Client, ClientError, Credentials, Retries
from brine_codec import Codec, CodecError, Keyring
from tests.exchange_run import receiver
from tests.exchange_run.content import digest, made, poisonous
from tests.exchange_run.ledger import Ledger, Received
from tests.exchange_run.wire import FaultyWire
from tests.support.emulators.sdk import aws_client

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT: Final = Path(__file__).parents[2]
QUEUES: Final = ("OrdersQueue", "OrdersRetries")
DEAD: Final = "UndeliveredOrders"
_PROXIED: Final = ("127.0.0.1",)
"""What the servers behind a proxy are called, at any port."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How a run goes. `poison`: messages beside the good ones. `chance`: of a fault, for each request on each wire.

    crashes: the part of the messages at which a receiver crashes. kills: seconds between two kills of a function.
    """

    good: int
    poison: int = 0
    chance: float = 0.1
    crashes: float = 0.02
    kills: float | None = 2.5
    senders: int = 4
    receivers: int = 3
    processes: int = 6
    seed: int = 1
    drain: float = 240.0
    """Seconds after the last send within which everything must be received or buried."""


@dataclass
class Outcome:
    """A run that is over."""

    ledger: Ledger
    faults: Mapping[str, int]
    crashes: int
    kills: int
    notes: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    left: int = 0
    """Messages that are still in a queue."""


class Run:
    """A run, from `play` to its end."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self._plan = plan
        self._log = folder / "received"
        self._log.touch()
        self._ledger = Ledger({number: digest(made(number, plan.seed)) for number in range(plan.good)})
        self._is_over = threading.Event()
        self._crashes = self._kills = 0
        self._console: list[str] = []

    def play(self) -> Outcome:
        """Send, receive, and account for everything."""
        plan, began = self._plan, time.monotonic()
        with ExitStack() as stack:
            moto = stack.enter_context(run_emulator("moto", hosts=_PROXIED))
            to_aws = stack.enter_context(FaultyWire(moto, self._chance("aws")))
            twin = stack.enter_context(
                Twin(
                    template=ROOT / "samples/template.yaml",
                    environments=plan.processes,
                    aws_endpoint=to_aws.url,
                    allow_hosts=_PROXIED,
                    report=self._console.append,
                    show=lambda _: None,
                )
            )
            to_twin = stack.enter_context(FaultyWire(twin.url, self._chance("clients")))
            aws_keys = aws_client("secretsmanager", moto).get_secret_value(SecretId=twin.resources["OrdersKeys"])
            keys = aws_keys["SecretString"]
            to_aws.chance = to_twin.chance = plan.chance
            ways = [(to_twin.url, keys, number) for number in range(plan.receivers)]
            threads = [threading.Thread(target=self._receive, args=way) for way in ways]
            threads.append(threading.Thread(target=self._kill, args=(twin,)))
            for thread in threads:
                thread.start()
            self._send_all(to_twin.url, keys)
            left = self._drained(twin, moto)
            self._is_over.set()
            for thread in threads:
                thread.join()
            self._ledger.buried = list(self._buried(twin, moto, Keyring.from_json(keys)))
            faults = {"aws": to_aws.injected.total(), "clients": to_twin.injected.total()}
        notes = self._read_log()
        return Outcome(self._ledger, faults, self._crashes, self._kills, notes, time.monotonic() - began, left)

    def _chance(self, what: str) -> Random:
        return Random(f"{self._plan.seed} {what}")  # noqa: S311 - no secret

    # --- Senders ---

    def _send_all(self, url: str, keys: str) -> None:
        plan = self._plan
        contents: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        order = list(range(plan.good + plan.poison))
        self._chance("order").shuffle(order)
        order.sort(key=lambda number: number < plan.good)  # poison first: it takes long
        for number in order:
            contents.put(made(number, plan.seed) if number < plan.good else poisonous(number))
        threads = [threading.Thread(target=self._send, args=(url, keys, contents)) for _ in range(plan.senders)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _send(self, url: str, keys: str, contents: queue.SimpleQueue[dict[str, Any]]) -> None:
        with Client(
            url,
            keyring=Keyring.from_json(keys),
            principal="user/producer",
            credentials=Credentials("producer", "test"),
            region="us-east-1",
            retries=Retries(budget=1_000),  # one tenth of all requests fail: the default gives up, which shows less
        ) as client:
            while True:
                try:
                    content = contents.get_nowait()
                except queue.Empty:
                    return
                try:
                    self._ledger.ids[content["number"]] = client.send("orders", content)
                except ClientError as error:
                    self._ledger.failures[content["number"]] = f"{type(error).__name__}: {error}"

    # --- Receivers, and the processes that kill them ---

    def _receive(self, url: str, keys: str, number: int) -> None:
        """Keep one receiver running."""
        chance = self._chance(f"receiver {number}")
        while not self._is_over.is_set():
            command = [sys.executable, receiver.__file__, url, keys, str(self._plan.crashes), str(self._log)]
            process = subprocess.Popen(
                [*command, str(chance.random())],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )
            while process.poll() is None and not self._is_over.is_set():
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(0.05)
            if process.poll() is None:
                process.kill()
            _, error = process.communicate()
            if process.returncode == receiver.CRASHED:
                self._crashes += 1
            elif process.returncode > 0:
                raise AssertionError(error.decode())

    def _kill(self, twin: Twin) -> None:
        """Kill a process of the exchange's function now and then, at any point of its work."""
        kills, chance = self._plan.kills, self._chance("kills")
        environments = twin._served.runner.invokers["ExchangeFunction"].start()
        assert isinstance(environments, OnDemandEnvironments)
        while kills is not None and not self._is_over.wait(kills * 2 * chance.random()):
            alive = [environment for environment in tuple(environments._all) if environment.is_alive]
            if alive:
                chance.choice(alive)._process.kill()
                self._kills += 1

    # --- What is left ---

    def _drained(self, twin: Twin, moto: str) -> int:
        """Wait until no message is in a queue; how many still are when the time is over."""
        sqs, until = aws_client("sqs", moto), time.monotonic() + self._plan.drain
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        while True:
            left = 0
            for url in [twin.resources[name] for name in QUEUES if name in twin.resources]:
                found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
                left += sum(int(found[name]) for name in names)
            if not left or time.monotonic() > until:
                return left
            time.sleep(0.2)

    def _buried(self, twin: Twin, moto: str, keyring: Keyring) -> Iterator[int | str]:
        """The numbers of the dead letters."""
        sqs, s3 = aws_client("sqs", moto), aws_client("s3", moto)
        codec = Codec(keyring, purpose=PURPOSE)
        context = message_context("orders", "user/producer")
        while True:
            given = sqs.receive_message(QueueUrl=twin.resources[DEAD], MaxNumberOfMessages=10, VisibilityTimeout=600)
            for one in given.get("Messages", []):
                message = channel_message.read(one["Body"])
                if message is None:
                    yield "what is no message"
                    continue
                try:
                    envelope = message.envelope
                    if not isinstance(envelope, bytes):
                        key = f"claims/orders/{envelope.id}"
                        envelope = s3.get_object(Bucket=twin.resources["Bodies"], Key=key)["Body"].read()
                    yield codec.open(envelope, context=context, now=time.time())[1]["number"]
                except (AwsError, CodecError) as error:
                    yield f"{message.id} cannot be opened: {error}"
            if not given.get("Messages"):
                return

    def _read_log(self) -> Counter[str]:
        """Read the receivers' log; return how often they could not read or acknowledge, by reason."""
        notes: Counter[str] = Counter()
        for line in self._log.read_text().splitlines():
            said = json.loads(line)
            if "number" in said:
                self._ledger.received.append(Received(said["id"], said["number"], said["digest"], said["attempt"]))
            else:
                why = said.get("unread") or said.get("unacknowledged")
                notes[f"{'unread' if 'unread' in said else 'unacknowledged'}: {str(why)[:60]}"] += 1
        return notes
