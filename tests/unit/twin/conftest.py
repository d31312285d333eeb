"""A running twin of the fixtures' template."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from brine_cli.twin import Twin

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPLATE = Path(__file__).parent / "fixtures/template.yaml"
THREADS = Path(__file__).parent / "fixtures/threads.yaml"


@pytest.fixture(scope="module")
def console() -> list[str]:
    """The lines that the twin of the module reported."""
    return []


@pytest.fixture(scope="module")
def twin(console: list[str]) -> Iterator[Twin]:
    """The twin of TEMPLATE."""
    with Twin(template=TEMPLATE, report=console.append) as running:
        yield running
