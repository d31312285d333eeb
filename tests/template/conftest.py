from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine_cli.project.names import Name
from brine_cli.project.new_function import new_function
from brine_cli.project.new_project import project_files
from brine_cli.project.stack_files import vendor
from tests.template.stack import Stack

if TYPE_CHECKING:
    from pathlib import Path


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


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a new project with a second function, and with its copy of the production stack."""
    folder = tmp_path_factory.mktemp("project") / "shop-front"
    project_files(folder, None).write()
    new_function(folder, Name.of_function("order-history"), "/orders").write()
    vendor(folder)
    return folder


@pytest.fixture(scope="session")
def new_project(project: Path) -> Stack:
    """The template of the new project together with the production stack that it nests."""
    return Stack.with_brine(project / "template.yaml")


@pytest.fixture(params=["whole", "new_project"])
def any_whole(request: pytest.FixtureRequest) -> Stack:
    """Each template with functions of users, together with the production stack that it nests."""
    found: Stack = request.getfixturevalue(request.param)
    return found
