"""A project that `brine new project` writes is deployed with Brine inside, and its function stores responses."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING

import pytest

from brine_cli.project.names import Name
from brine_cli.project.new_function import new_function
from brine_cli.project.new_project import project_files
from brine_cli.project.stack_files import vendor
from tests.support.emulators.built import build
from tests.support.emulators.deployment import deployed

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.deploy, pytest.mark.trial]


def test_each_function_has_its_own_part_of_the_cache(tmp_path: Path) -> None:
    project = tmp_path / "shop-front"
    project_files(project, None).write()
    vendor(project)
    new_function(project, Name.of_function("order-history"), None).write()
    with deployed(build(project / "template.yaml"), tmp_path) as stack:
        for name in ("hello", "order-history"):
            answers = [asked(f"{stack.url_of('Api')}/{name}/7") for _ in range(2)]
            source = f"{stack.httpbin}/anything/7"
            assert [json.loads(body) for _, body in answers] == [{"key": "7", "source": source}] * 2
            assert [status.split("; ")[1] for status, _ in answers] == ["fwd=uri-miss", "hit"]
        assert asked(f"{stack.url}/api/uuid")[0].startswith("brine; fwd=uri-miss")
        items = stack.client("dynamodb").scan(TableName=stack.resources["Table"])["Items"]
    own = {tuple(item["pk"]["S"].split("#")[:2]) for item in items if item["pk"]["S"].count("#") > 1}
    assert own == {("r", "hello"), ("r", "order-history")}


def asked(url: str) -> tuple[str, bytes]:
    """The Cache-Status and the content of an answer."""
    with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 - of ministack
        return answer.headers["cache-status"], answer.read()
