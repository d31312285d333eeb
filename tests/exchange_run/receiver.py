"""Receives messages, writes down each before it acknowledges it, and crashes: at poison, and now and then.

python receiver.py GATEWAY KEYS CRASHES LOG SEED

KEYS: the keyring as JSON. CRASHES: the part of the messages at which it crashes.
"""

from __future__ import annotations

import json
import os
import sys
import time
from random import Random

from brine_client import Client, ClientError, Credentials
from brine_codec import CodecError, Keyring
from tests.exchange_run.content import POISON, digest

CRASHED = 9
VISIBILITY = 3
"""Seconds: short, so that what a receiver crashed on comes again soon."""


def main(gateway: str, keys: str, crashes: str, log: str, seed: str) -> None:
    """Receive until killed."""
    chance = Random(seed)  # noqa: S311 - no secret
    file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def note(**what: object) -> None:
        os.write(file, json.dumps(what).encode() + b"\n")

    def maybe_crash() -> None:
        if chance.random() < float(crashes) / 3:
            os._exit(CRASHED)

    client = Client(
        gateway,
        keyring=Keyring.from_json(keys),
        principal="user/consumer",
        credentials=Credentials("consumer", "test"),
        region="us-east-1",
    )
    while True:
        try:
            for message in client.receive("orders", wait=1, visibility=VISIBILITY):
                maybe_crash()
                try:
                    content = message.content
                except (ClientError, CodecError) as error:
                    note(id=message.id, attempt=message.attempt, unread=f"{type(error).__name__}: {error}")
                    continue
                told = digest(content)
                note(id=message.id, attempt=message.attempt, number=content["number"], digest=told)
                if content["fill"] == POISON:
                    os._exit(CRASHED)
                maybe_crash()
                try:
                    message.acknowledge()
                except ClientError as error:
                    note(id=message.id, unacknowledged=f"{type(error).__name__}: {error}")
                maybe_crash()
        except ClientError:
            time.sleep(0.05)


if __name__ == "__main__":
    main(*sys.argv[1:])
