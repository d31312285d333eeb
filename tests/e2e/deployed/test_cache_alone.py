"""A function with the wheels in its requirements, built by `sam build`, keeps results in a table of its own."""

from __future__ import annotations

import platform
import subprocess
import urllib.request
from functools import partial
from typing import TYPE_CHECKING

import pytest

import brine_codec
from brine_cli.template.stacks import read_stack_template
from tests.artifact.environments import ROOT, build_wheels
from tests.support.emulators import ministack_gaps
from tests.support.emulators.aws import REGION
from tests.support.emulators.deployment import administrator, deploy, resources_of
from tests.support.emulators.ministack import installed_interpreter, running_ministack
from tests.support.markdown import blocks

if TYPE_CHECKING:
    from pathlib import Path

    from brine_cli.template.stacks import StackTemplate

pytestmark = pytest.mark.deploy

PAGE = ROOT / "docs/cache-alone.md"
ARCHITECTURE = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())


@pytest.fixture
def built(tmp_path: Path) -> StackTemplate:
    """The stack of the page as `sam build` makes it for this machine. Each price is another number."""
    build_wheels(tmp_path / "wheels")
    (tmp_path / "functions/quotes").mkdir(parents=True)
    (template,), (code,) = blocks(PAGE, "yaml"), blocks(PAGE, "python")
    (tmp_path / "template.yaml").write_text(template.replace("[arm64]", f"[{ARCHITECTURE}]"))
    price = "from random import random\n    return str(random())"
    (tmp_path / "functions/quotes/app.py").write_text(code.replace('return "3.20"', price))
    requirements = [
        f"./wheels/{name}-{brine_codec.__version__}-py3-none-any.whl\n" for name in ("brine_codec", "brine_core")
    ]
    assert "".join(requirements) in PAGE.read_text()
    (tmp_path / "functions/quotes/requirements.txt").write_text("".join(requirements))
    done = subprocess.run(["sam", "build"], cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return read_stack_template(tmp_path / ".aws-sam/build/template.yaml")


def test_the_stack_of_the_page_keeps_results(built: StackTemplate, tmp_path: Path) -> None:
    with running_ministack(installed_interpreter(), tmp_path / "log", AUTH="true") as endpoint_url:
        client = partial(administrator, endpoint_url)
        client("s3").create_bucket(Bucket="artifacts", CreateBucketConfiguration={"LocationConstraint": REGION})
        deploy(built, endpoint_url, {})
        resources, apis = resources_of(endpoint_url)
        ((stack, api),) = apis
        ministack_gaps.add_routes(client, stack, api, resources)
        ministack_gaps.name_secrets_by_arn(client)
        url = f"{endpoint_url}/_aws/execute-api/{resources[api]}/$default/quotes/tea"
        answers = [asked(url) for _ in range(2)]
        items = client("dynamodb").scan(TableName=resources["Results"])["Items"]
    assert answers[0] == answers[1]
    assert answers[0].startswith("tea: 0.")
    assert sorted(item["sk"]["S"] for item in items) == ["lease", "result"]


def asked(url: str) -> str:
    with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 - of ministack
        return str(answer.read().decode())
