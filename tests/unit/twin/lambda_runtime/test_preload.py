"""The modules that a fork server imports once keep nothing of their own from their import."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from brine_cli.lambda_runtime.preload import modules_to_preload

if TYPE_CHECKING:
    from pathlib import Path

IMPORTED = (
    *("boto3", "botocore.httpsession", "botocore.client", "aws_lambda_powertools.event_handler"),
    *("aws_lambda_powertools.logging", "aws_lambda_powertools.metrics", "aws_lambda_powertools.utilities.parser"),
    *("aws_lambda_powertools.utilities.batch", "aws_lambda_powertools.utilities.idempotency"),
    *("aws_lambda_powertools.utilities.parameters", "pydantic.main", "brine", "brine.bootstrap.gateway"),
    *("brine.bootstrap.results", "brine.bootstrap.channels", "brine.adapters.powertools.runner", "brine_client"),
)
PROGRAM = """
import sys
# The standard library may take what it likes: it takes it anew in a child.
import asyncio, concurrent.futures.thread, datetime, http.client, multiprocessing, random, socket, ssl, tempfile
import threading, time, uuid
taken = []

def watch(owner, name):
    original = getattr(owner, name)
    def watched(*arguments, **more):
        frame = sys._getframe(1)
        taken.append(f"{name} at {frame.f_globals.get('__name__')}:{frame.f_lineno}")
        return original(*arguments, **more)
    setattr(owner, name, watched)

import os
for owner, name in (
    (os, "urandom"), (uuid, "uuid1"), (uuid, "uuid4"), (random, "random"), (random, "getrandbits"), (os, "getpid"),
    (time, "time"), (time, "time_ns"), (time, "monotonic"), (threading.Thread, "start"), (socket.socket, "connect"),
):
    watch(owner, name)
for name in sys.argv[1:]:
    __import__(name)
print(*taken, sep="\\n", end="")
"""


def test_modules_of_known_packages_and_the_standard_library_are_preloaded_in_order() -> None:
    imported = [
        "__main__",
        "json",
        "app",
        "boto3.session",
        "numpy",
        "aws_lambda_powertools",
        "boto3lookalike",
        "json.decoder",
    ]
    assert modules_to_preload(imported) == ["json", "boto3.session", "aws_lambda_powertools", "json.decoder"]


def taken_by(*modules: str, path: str = "") -> list[str]:
    """The random numbers, times and connections that these modules take at their import, in a process of their own."""
    program = f"import sys; sys.path.insert(0, {path!r})\n{PROGRAM}" if path else PROGRAM
    found = subprocess.run([sys.executable, "-c", program, *modules], check=True, capture_output=True, text=True)
    return found.stdout.splitlines()


def test_no_preloaded_package_takes_a_random_number_the_time_or_a_connection_at_its_import() -> None:
    assert taken_by(*IMPORTED) == []


def test_a_module_that_takes_something_is_found(tmp_path: Path) -> None:
    (tmp_path / "taking.py").write_text("import os, time\nSEED = os.urandom(4)\nSTARTED = time.time()\n")
    assert taken_by("taking", path=str(tmp_path)) == ["urandom at taking:2", "time at taking:3"]
