from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from brine_cli.application import data_resources, layer_attributes
from brine_cli.emulators import emulator as running
from brine_cli.intrinsics import Resolver
from brine_cli.resources import make_resources
from brine_cli.template import read_template
from tests.artifact.machine import lay_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from brine_cli.template import Template
    from tests.artifact.machine import Machine

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def built() -> Template:
    """The template that `sam build` wrote; what it refers to lies beside it.

    It has a folder and a cache of its own, so that a developer's build stays what it is.
    """
    if sys.platform != "linux":
        pytest.skip("sam build fetches packages for Linux, which do not run here")
    folder = ROOT / ".aws-sam/artifact"
    folder.mkdir(parents=True, exist_ok=True)
    command = ["sam", "build", "--template", str(ROOT / "template.yaml"), "--build-dir", "build", "--cached"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert result.returncode == 0, result.stderr
    return read_template(folder / "build/template.yaml")


@pytest.fixture(scope="session")
def httpbin() -> Iterator[str]:
    with running("httpbin") as url:
        yield url


@pytest.fixture
def machines(built: Template, moto_endpoint: str, httpbin: str, tmp_path: Path) -> Callable[[str], Machine]:
    """Lays out where a function runs, by its logical id; the cache that they share is empty."""
    parameters = {"AwsEndpointUrl": moto_endpoint, "HttpbinOrigin": httpbin}
    layers = layer_attributes(built)
    wanted = data_resources(built, Resolver(built, overrides=parameters, attributes=layers))
    made = make_resources(
        wanted, moto_endpoint, name_of=lambda name: f"{tmp_path.name}-{name}".lower().replace("_", "-")
    )
    resolver = Resolver(built, overrides=parameters, attributes=layers | made)
    return lambda function_id: lay_out(built, resolver, function_id, tmp_path / "opt" / function_id)


@pytest.fixture
def machine(machines: Callable[[str], Machine]) -> Machine:
    """Where the gateway runs."""
    return machines("GatewayFunction")
