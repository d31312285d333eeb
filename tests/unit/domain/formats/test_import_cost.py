"""Only the processes that need a format import it: a gateway that serves a hit does not."""

from __future__ import annotations

import subprocess
import sys

import pytest

FORMATS = {"msgpack", "brine.domain.formats.json_form", "brine.domain.formats.msgpack_form"}
HIT = """
import brine.bootstrap.gateway, brine.adapters.lambda_http
from tests.support.gateway.world import World, response
world = World({"/base/x": response(cache_control="max-age=60")})
world.ask()
assert world.ask().result == "hit"
"""
NEGOTIATING = "from brine.domain.formats import Format, negotiate; negotiate(['*/*'], [Format.JSON])"


def imported(program: str) -> set[str]:
    command = [sys.executable, "-c", f"{program}\nimport sys; print(*sys.modules)"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60, env={"PYTHONPATH": "."})
    return set(done.stdout.split())


def test_a_hit_imports_no_format() -> None:
    found = imported(HIT)
    assert "brine.service.gateway" in found
    assert not {name for name in found if name.startswith(("brine.domain.formats", "msgpack"))}


@pytest.mark.parametrize("form", ["json", "msgpack"])
def test_only_the_format_in_use_is_imported(form: str) -> None:
    program = f"from brine.domain.formats.allowed_types import Types; import brine.domain.formats.{form}_form"
    assert ("msgpack" in imported(program)) is (form == "msgpack")


def test_negotiating_imports_none() -> None:
    assert not imported(NEGOTIATING) & FORMATS
