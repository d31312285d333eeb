"""Lambda's Runtime Interface Emulator, which aws-sam-cli brings for its containers, run without one.

It starts the runtime client with the function, hands it events over Lambda's own runtime API, and says how long the
init phase took.
"""

from __future__ import annotations

import contextlib
import http.client
import importlib.metadata
import importlib.util
import platform
import re
import shutil
import socket
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.artifact.machine import Machine

RUNTIME_PACKAGES = ("awslambdaric", "simplejson", "snapshot-restore-py")
INIT_REPORT = re.compile(r"INIT REPORT\(durationMs: ([0-9.]+)\)")
PATIENCE = 60.0  # seconds after which a silent emulator fails the test


@dataclass(slots=True)
class Emulator:
    """A running emulator with one function in it. `lines`: the output of both so far."""

    address: tuple[str, int]
    lines: list[str] = field(default_factory=list)

    def invoke(self, event: bytes) -> bytes:
        """The function's answer to an event, both as JSON."""
        connection = http.client.HTTPConnection(*self.address, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request("POST", "/2015-03-31/functions/function/invocations", event)
            return connection.getresponse().read()

    @property
    def init_milliseconds(self) -> list[float]:
        """How long each init phase took; Lambda reports the same as Init Duration."""
        return [float(found[1]) for line in self.lines if (found := INIT_REPORT.search(line))]


@contextlib.contextmanager
def emulating(machine: Machine, folder: Path) -> Iterator[Emulator]:
    """The emulator on free ports of 127.0.0.1, gone when the context ends. `folder` takes the runtime client."""
    ports = free_ports(2)
    run = "from awslambdaric.__main__ import main; main(sys.argv)"
    command = [
        *(str(executable()), "--runtime-interface-emulator-address", f"127.0.0.1:{ports[0]}"),
        *("--runtime-api-address", f"127.0.0.1:{ports[1]}"),
        *machine.python(run, machine.handler, runtime=(runtime_client(folder),)),
    ]
    emulator = Emulator(("127.0.0.1", ports[0]))
    with subprocess.Popen(
        command, env=dict(machine.variables), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        reader = threading.Thread(target=emulator.lines.extend, args=[process.stdout])
        reader.start()
        try:
            wait_until_open(emulator.address)
            yield emulator
        finally:
            process.terminate()
            reader.join()


def executable() -> Path:
    """The emulator for this processor."""
    found = importlib.util.find_spec("samcli")
    assert found is not None
    assert found.origin is not None
    processor = {"x86_64": "x86_64", "aarch64": "arm64"}[platform.machine()]
    return Path(found.origin).parent / f"local/rapid/aws-lambda-rie-{processor}"


def runtime_client(folder: Path) -> Path:
    """A folder with the runtime client and its dependencies, without any other package of this environment."""
    runtime = folder / "runtime"
    for package in RUNTIME_PACKAGES:
        for file in importlib.metadata.files(package) or ():
            if ".." not in file.parts:
                place = runtime / file
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file.locate(), place)
    return runtime


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that are free at the moment."""
    with contextlib.ExitStack() as stack:
        listeners = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [listener.getsockname()[1] for listener in listeners]


def wait_until_open(address: tuple[str, int]) -> None:
    """Return when a process listens there. The emulator does not say when it listens, so this asks."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(address).close()
        except ConnectionRefusedError:
            assert time.monotonic() < deadline, "the emulator did not start"
            time.sleep(0.01)
        else:
            return
