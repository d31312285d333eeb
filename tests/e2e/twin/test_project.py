"""The twin serves a project that `brine new project` wrote, and the functions and routes that are added to it."""

from __future__ import annotations

import json
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from brine_cli.project.names import Name
from brine_cli.project.new_function import new_function
from brine_cli.project.new_route import new_route
from brine_cli.project.stack_files import vendor_if_needed
from brine_cli.twin import Twin
from tests.support.projects import write_new_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECONDS = 60


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The folder of a new project. It has all but the wheels and .venv, which the twin does not need."""
    return write_new_project(tmp_path)


@contextmanager
def served(project: Path) -> Iterator[Twin]:
    """The project in a twin, as `brine dev` serves it."""
    vendor_if_needed(project / "template.yaml")
    with Twin(template=project / "template.yaml") as twin:
        yield twin


def answers(twin: Twin, path: str) -> list[tuple[str, dict[str, str]]]:
    """The Cache-Status of two requests, and their content."""
    found = []
    for _ in range(2):
        with urllib.request.urlopen(f"{twin.url}{path}", timeout=SECONDS) as answer:  # noqa: S310 - of the twin
            found.append((str(answer.headers["cache-status"]), json.loads(answer.read())))
    return found


def test_a_new_project_is_served_with_the_functions_and_routes_that_are_added(project: Path) -> None:
    with served(project) as twin:
        assert_miss_and_hit(twin, "/hello/7")
        (status, content), _ = answers(twin, "/api/anything/1")  # the gateway is beside it
        assert status.startswith("brine; fwd=uri-miss")
        assert content["url"].endswith("/anything/1")

    new_function(project, Name.of_function("order-history"), "/v1/orders").write()
    new_route(project, Name.checked("stock", "route"), prefix=None, origin="${BRINE_ORIGIN}").write()
    with served(project) as twin:
        assert_miss_and_hit(twin, "/hello/7")
        assert_miss_and_hit(twin, "/v1/orders/7")
        (miss, first), (hit, second) = answers(twin, "/stock/anything/17")
        assert (miss, hit.partition(" ttl=")[0]) == (
            "brine; fwd=uri-miss; fwd-status=200; stored; ttl=60",
            "brine; hit;",
        )
        assert first["url"].endswith("/anything/17")
        assert second == first


def assert_miss_and_hit(twin: Twin, path: str) -> None:
    (miss, first), (hit, second) = answers(twin, path)
    assert miss == "brine; fwd=uri-miss; fwd-status=200; stored; ttl=60"
    assert hit.startswith("brine; hit; ttl=")
    assert (first["key"], second) == ("7", first)
    assert first["source"].endswith("/anything/7")
