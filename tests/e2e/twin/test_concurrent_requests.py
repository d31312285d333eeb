"""Concurrent requests have an environment each, so a handler may keep its event in a global, as Powertools does."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from brine_cli.twin import Twin
from tests.unit.twin.wire import converse, request, split

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPLATE = Path(__file__).parent / "fixtures/tenants.yaml"
CLIENTS = 50


@pytest.fixture(scope="module")
def twin() -> Iterator[Twin]:
    console: list[str] = []
    with Twin(template=TEMPLATE, report=console.append) as running:
        yield running
    assert console == []


def get(twin: Twin, path: str, *headers: bytes) -> Any:
    status, _, body = split(converse(twin.url, request(b"GET", path.encode(), *headers)))
    assert b" 200 " in status, body
    return json.loads(body)


def test_each_tenant_gets_its_own_answer(twin: Twin) -> None:
    tenants = ["north", "south"] * (CLIENTS // 2)
    with ThreadPoolExecutor(CLIENTS) as clients:
        answers = list(clients.map(lambda tenant: get(twin, "/tenant", f"x-tenant: {tenant}".encode()), tenants))
    assert [(answer["before"], answer["after"]) for answer in answers] == [(tenant, tenant) for tenant in tenants]
    assert len({answer["environment"] for answer in answers}) > 1
