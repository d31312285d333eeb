"""An emulator on demand starts at the first connection, and ends with its context."""

from __future__ import annotations

import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from brine_cli.emulators.run import run_emulator
from tests.unit.twin.wire import fetch


def children() -> set[str]:
    """The process ids of our child processes."""
    return {pid for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()}


def test_without_a_connection_nothing_starts() -> None:
    before = children()
    with run_emulator("httpbin", on_demand=True) as url:
        assert children() == before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((urlsplit(url).hostname, urlsplit(url).port))


@pytest.mark.slow
def test_the_first_connection_starts_it_and_the_end_of_the_context_stops_it() -> None:
    before = children()
    with run_emulator("httpbin", on_demand=True) as url:
        assert fetch(f"{url}/status/204")[0] == 204
        assert len(children() - before) == 1
        assert fetch(f"{url}/status/204")[0] == 204
    assert children() == before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((urlsplit(url).hostname, urlsplit(url).port))
