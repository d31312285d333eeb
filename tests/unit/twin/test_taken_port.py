"""Which process has a port, and how to take another one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from brine_cli.errors import PortTaken
from brine_cli.http.listener import listen
from brine_cli.running_twin import RunningTwin
from brine_cli.taken_port import remedy

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def taken(port: int) -> PortTaken:
    """The error of a server that wants the port."""
    with pytest.raises(PortTaken) as error:
        listen("127.0.0.1", port)
    return error.value


def test_a_running_twin_is_named_by_its_template(tmp_path: Path) -> None:
    with listen("127.0.0.1", 0) as server:
        port = server.getsockname()[1]
        template = str(tmp_path / "shop.yaml")
        RunningTwin(template=template, url=f"http://127.0.0.1:{port}", pid=os.getpid()).write(os.environ)
        told = remedy(taken(port), {"port": port})
    assert told.startswith(
        f"Stop `brine dev` of {template}, process {os.getpid()}, which has this port, or start with "
    )


def test_the_option_that_had_the_port_is_the_one_to_change() -> None:
    with listen("127.0.0.1", 0) as server:
        port = server.getsockname()[1]
        told = remedy(taken(port), {"httpbin_port": 8080, "aws_port": port})
    assert "`--aws-port 0`, which takes a free port" in told


def test_a_port_that_may_not_be_used_gets_the_usual_one() -> None:
    error = PortTaken("cannot listen on 127.0.0.1:80: Permission denied", 80)
    error.__cause__ = PermissionError(13, "Permission denied")
    assert remedy(error, {"port": 80}) == "Start with `--port 3000`, or with `--port 0`, which takes a free port."
