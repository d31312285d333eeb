from __future__ import annotations

import pytest

from tests.template.stack import Stack


@pytest.fixture(scope="session")
def stack() -> Stack:
    """The production stack."""
    return Stack.read()


@pytest.fixture(scope="session")
def samples() -> Stack:
    """The template of the samples, without the stack that it nests."""
    return Stack.read("samples/template.yaml")


@pytest.fixture(scope="session")
def whole() -> Stack:
    """The samples together with the production stack that they nest."""
    return Stack.with_samples()
