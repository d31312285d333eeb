"""The built gateway in Lambda's own runtime loop."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.artifact.emulator import emulating
from tests.support.events import EVENTS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.artifact.machine import Machine

pytestmark = pytest.mark.artifact


def test_it_serves_in_the_runtime(machine: Machine, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    event = (EVENTS / "http-api/get-cache.json").read_bytes()
    with emulating(machine, tmp_path) as lambda_:
        first, second = (json.loads(lambda_.invoke(event)) for _ in range(2))
    assert first["statusCode"] == second["statusCode"] == 200
    assert {"fwd=uri-miss", "stored"} <= set(first["headers"]["cache-status"].split("; "))
    assert second["headers"]["cache-status"].startswith("brine; hit; ttl=")
    (milliseconds,) = lambda_.init_milliseconds
    with capsys.disabled():
        print(f"\ninit phase of the gateway: {milliseconds:.0f} ms")
