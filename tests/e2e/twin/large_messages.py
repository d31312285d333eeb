"""Sends or receives an array of 50 MB, and prints the memory that it took, as a part of the array's size.

python large_messages.py send|receive GATEWAY AWS
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np

from brine_client import Client, Credentials, secret_keyring
from brine_codec import Registry, arrays

SIZE = 50 * 1024 * 1024


def memory(line: str) -> int:
    """Bytes that this process has now (VmRSS), or has had at most (VmHWM)."""
    found = re.search(rf"{line}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) * 1024


def main(what: str, gateway: str, aws: str) -> None:
    """Do `what`, after a small message, so that modules loaded once do not count."""
    name = {"send": "producer", "receive": "consumer"}[what]
    credentials = Credentials(name, "test")
    registry = Registry()
    arrays.register(registry)
    keys = secret_keyring("brine-dev-orderskeys", region="us-east-1", credentials=credentials, endpoint_url=aws)
    options = {"registry": registry, "principal": f"user/{name}", "credentials": credentials, "region": "us-east-1"}
    with Client(gateway, keyring=keys, **options) as client:  # type: ignore[arg-type]  # of several kinds
        if what == "send":
            client.send("orders", np.arange(10.0))
            before = memory("VmRSS")
            array = np.random.default_rng(7).random(SIZE // 8)
            client.send("orders", array)
        else:
            messages = client.receive("orders", wait=5, most=1)
            first = next(messages)
            assert first.content.shape == (10,)
            first.acknowledge()
            before = memory("VmRSS")
            message = next(messages)
            array = message.content
            message.acknowledge()
        taken = (memory("VmHWM") - before) / SIZE
    if what == "receive":
        assert np.array_equal(array, np.random.default_rng(7).random(SIZE // 8))
    print(f"{taken:.2f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
