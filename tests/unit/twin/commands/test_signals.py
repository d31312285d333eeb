"""A signal stops a command, also one that comes just before the command waits."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys

CHILD = """
import os, threading
from brine_cli.commands.signals import until_stopped, wait

def work():
    while True:
        sum(range(50))

for _ in range(3):  # other threads take their turn where `wait` lets go of the interpreter
    threading.Thread(target=work, daemon=True).start()
for _ in range(400):
    with until_stopped():
        os.write(1, b"r")
        wait()
    os.write(1, b"s")
"""
SECONDS = 60.0


def test_no_signal_is_lost() -> None:
    """Each round, the child says that it is ready, gets a signal at once, and must say that it has stopped."""
    with subprocess.Popen([sys.executable, "-c", CHILD], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        answers = child.stdout.fileno()
        stopped = 0
        while select.select([answers], [], [], SECONDS)[0] and (told := os.read(answers, 1)):
            if told == b"r":
                child.send_signal(signal.SIGTERM)
            else:
                stopped += 1
        child.kill()
    assert stopped == 400
