"""The fork server imports modules once, and replaces itself where a fork after these imports would not be safe."""

from __future__ import annotations

import json
import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from brine_cli.lambda_runtime.environment import Environment, EnvironmentDied
from brine_cli.lambda_runtime.forks import ForkStarter
from tests.unit.twin.lambda_runtime.gates import PATIENCE, launch_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from brine_cli.lambda_runtime.launch import Launch

MODULE = """
import os
PID = os.getpid()
{more}
"""
HANDLER = """
import imported
def handler(event, context):
    import os, sys
    return {
        "imported_by": imported.PID, "pid": os.getpid(), "parent": os.getppid(),
        "session": os.getsid(0), "path": sys.path, "worker": "worker" in sys.modules,
    }
"""


@pytest.fixture
def report() -> list[str]:
    return []


@contextmanager
def environments(launch: Launch, report: list[str], count: int) -> Iterator[tuple[ForkStarter, list[Environment]]]:
    """Environments of a fork server that preloads the module `imported`, all ready."""
    server = ForkStarter(launch, ["imported", "no_such_module"])
    started = [Environment(launch, report=report.append, start=server.start) for _ in range(count)]
    try:
        for environment in started:
            environment.wait_until_ready(PATIENCE)
        yield server, started
    finally:
        for environment in started:
            environment.stop()
        server.stop()


def launch_with(folder: Path, more: str = "") -> Launch:
    """A function whose module imports the module `imported` with this code."""
    code = folder / "code"
    code.mkdir()
    (code / "imported.py").write_text(MODULE.format(more=more))
    (code / "app.py").write_text(HANDLER)
    launch = launch_of(folder)
    return type(launch)(
        name="Forked",
        arn=launch.arn,
        handler="app.handler",
        code=code,
        path=(code,),
        variables=launch.variables,
        timeout=PATIENCE,
    )


def about(environment: Environment) -> Any:
    return json.loads(environment.submit(b"{}").result(PATIENCE))


def test_processes_share_what_the_server_has_imported(tmp_path: Path, report: list[str]) -> None:
    with environments(launch_with(tmp_path), report, 3) as (server, started):
        found = [about(environment) for environment in started]
        assert {each["imported_by"] for each in found} == {server._process.pid}
        assert {each["parent"] for each in found} == {server._process.pid}
        assert len({each["pid"] for each in found}) == 3
        assert [each["session"] for each in found] == [each["pid"] for each in found]
    assert report == []


def test_a_forked_process_has_the_path_of_a_new_interpreter(tmp_path: Path, report: list[str]) -> None:
    launch = launch_with(tmp_path)
    new = Environment(launch, report=report.append)
    try:
        expected = about(new)
    finally:
        new.stop()
    with environments(launch, report, 1) as (_, (forked,)):
        found = about(forked)
    assert (found["path"], found["worker"]) == (expected["path"], False)


@pytest.mark.parametrize(
    "more",
    [
        "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()",
        "import socket; KEPT = socket.socket()",
    ],
    ids=["thread", "connection"],
)
def test_a_module_that_starts_or_opens_something_is_imported_in_each_process(
    tmp_path: Path, report: list[str], more: str
) -> None:
    with environments(launch_with(tmp_path, more), report, 2) as (_, started):
        found = [about(environment) for environment in started]
    assert [each["imported_by"] for each in found] == [each["pid"] for each in found]
    assert report == []


def test_an_error_of_an_import_is_left_to_the_function(tmp_path: Path, report: list[str]) -> None:
    only_in_the_server = f"if os.getppid() == {os.getpid()}: raise SystemExit"
    with environments(launch_with(tmp_path, only_in_the_server), report, 1) as (_, (forked,)):
        found = about(forked)
    assert found["imported_by"] == found["pid"]
    assert report == []


def test_a_forked_process_shows_the_error_that_ended_it(
    tmp_path: Path, report: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    launch = launch_with(tmp_path)
    (launch.code / "app.py").write_text("def handler(event, context):\n    raise KeyboardInterrupt('on purpose')\n")
    with environments(launch, report, 1) as (_, (forked,)):
        with pytest.raises(EnvironmentDied, match="ended with exit status 1"):
            forked.submit(b"{}").result(PATIENCE)
        assert "KeyboardInterrupt: on purpose" in capfd.readouterr().err


def test_when_the_server_is_killed_its_processes_end_too(tmp_path: Path, report: list[str]) -> None:
    with environments(launch_with(tmp_path), report, 2) as (server, started):
        os.kill(server._process.pid, signal.SIGKILL)
        for environment in started:
            environment._reader.join(PATIENCE)
            with pytest.raises(EnvironmentDied):
                environment.submit(b"{}")
        assert not server.is_alive
        with pytest.raises(OSError, match="the fork server has ended"):
            Environment(launch_of(tmp_path), report=report.append, start=server.start)
    ended = "Forked: its process was ended by SIGKILL between requests; the next one starts a new process"
    assert report == [ended, ended]
