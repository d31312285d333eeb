"""Environments that begin from one snapshot of a started function, as with SnapStart."""

from __future__ import annotations

import os
import random
import sys
from types import ModuleType
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from brine.adapters.http1.client import HttpClient
from brine.bootstrap.common import connect_aws
from brine.settings import CacheSettings

if TYPE_CHECKING:
    from collections.abc import Callable

ENVIRONMENT = {
    "BRINE_TABLE": "table",
    "BRINE_AWS_CLIENT": "lean",
    "AWS_REGION": "eu-central-1",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9001/2021-04-23/credentials",
    "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start",
}


@pytest.fixture
def hooks(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], None]]:
    """What runs after the restoring, in place of the module of Lambda's runtime."""
    registered: list[Callable[[], None]] = []
    module = ModuleType("snapshot_restore_py")
    module.__dict__["register_after_restore"] = registered.append
    monkeypatch.setitem(sys.modules, "snapshot_restore_py", module)
    return registered


def drawn_after_restoring(hooks: list[Callable[[], None]]) -> bytes:
    """The random numbers and the name that a copy of this process draws."""
    reader, writer = os.pipe()
    snapshot = random.getstate()
    child = os.fork()
    if child == 0:
        random.setstate(snapshot)  # Python draws anew after a fork, and Firecracker restores the memory as it was
        for hook in hooks:
            hook()
        os.write(writer, f"{random.random()} {uuid4().hex}".encode())  # noqa: S311 - no secret
        os._exit(0)
    os.close(writer)
    try:
        return os.read(reader, 1000)
    finally:
        os.close(reader)
        os.waitpid(child, 0)


def test_each_environment_draws_numbers_and_names_of_its_own(hooks: list[Callable[[], None]]) -> None:
    with HttpClient() as client:
        connect_aws(CacheSettings.from_environment(ENVIRONMENT), client)
    drawn = [drawn_after_restoring(hooks).split() for _ in range(20)]
    assert len({number for number, _ in drawn}) == 20
    assert len({name for _, name in drawn}) == 20


def test_without_the_hook_they_would_all_draw_the_same_number() -> None:
    assert len({drawn_after_restoring([]).split()[0] for _ in range(5)}) == 1


def test_without_a_snapshot_nothing_is_registered(hooks: list[Callable[[], None]]) -> None:
    environment = ENVIRONMENT | {"AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand"}
    with HttpClient() as client:
        connect_aws(CacheSettings.from_environment(environment), client)
    assert hooks == []
