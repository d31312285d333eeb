"""Functions of any template call an emulator of AWS with any SDK, and never AWS itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

from brine_cli.twin import Twin
from tests.unit.twin.wire import converse, request, split

TEMPLATE = Path(__file__).parent / "fixtures/tenants.yaml"


def keep(twin: Twin) -> Any:
    """The keys in a new bucket that the function has made."""
    status, _, body = split(converse(twin.url, request(b"GET", f"/buckets/b-{uuid4().hex[:8]}".encode())))
    assert b" 200 " in status, body
    return json.loads(body)


def test_a_template_without_data_resources_and_parameters_has_an_emulator() -> None:
    console: list[str] = []
    with Twin(template=TEMPLATE, report=console.append) as twin:
        assert keep(twin) == ["a/b"]
        twin.restart_functions()
        assert keep(twin) == ["a/b"]
    assert console == []
