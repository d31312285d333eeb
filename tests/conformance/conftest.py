from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from brine_cli.single_route import RFC_KEYS
from brine_cli.twin import Twin
from tests.conformance.scripted_origin import ScriptedOrigin

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
PAGES = ("https://a.example", "https://b.example")


@pytest.fixture(scope="session")
def origin() -> Iterator[ScriptedOrigin]:
    with ScriptedOrigin() as running:
        yield running


@pytest.fixture(scope="session")
def twin(origin: ScriptedOrigin) -> Iterator[str]:
    """The URL of a twin in front of the origin."""
    with Twin(
        template=TEMPLATE, origin=origin.url, route_keys=RFC_KEYS, show=lambda _: None, allow_origins=PAGES
    ) as running:
        origin.public = running.url
        yield running.url
