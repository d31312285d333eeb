from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from brine_cli.emulators.api import EmulatorApi
from brine_cli.emulators.resources import complete_resources, create_resources
from brine_cli.emulators.run import run_emulator
from brine_cli.template.application import read_application
from brine_cli.template.data import data_resources
from brine_cli.template.stacks import resolve_stacks
from tests.artifact.machine import lay_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from brine_cli.template.stacks import StackTemplate
    from tests.artifact.machine import Machine


@pytest.fixture(scope="session")
def httpbin() -> Iterator[str]:
    with run_emulator("httpbin") as url:
        yield url


@pytest.fixture
def machines(built: StackTemplate, moto_endpoint: str, httpbin: str, tmp_path: Path) -> Callable[[str], Machine]:
    """Lays out where a function runs, by its logical id; the cache that they share is empty."""
    parameters = {"AwsEndpointUrl": moto_endpoint, "HttpbinOrigin": httpbin}
    wanted = data_resources(*resolve_stacks(built, parameters, {}))
    with closing(EmulatorApi(moto_endpoint)) as api:
        made = create_resources(wanted, api, name_of=lambda name: f"{tmp_path.name}-{name}".lower().replace("_", "-"))
        complete_resources(wanted, api, made)
    application = read_application(*resolve_stacks(built, parameters, made))
    return lambda function_id: lay_out(application.functions[function_id], tmp_path / "opt" / function_id)


@pytest.fixture
def machine(machines: Callable[[str], Machine]) -> Machine:
    """Where the gateway runs."""
    return machines("GatewayFunction")
