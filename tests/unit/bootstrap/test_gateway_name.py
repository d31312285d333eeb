"""The name of a gateway in CDN-Loop and Via: no other deployment has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.adapters.http1.client import HttpClient
from brine.bootstrap.common import connect_aws
from brine.bootstrap.gateway import build_gateway, build_refresher, connected_fetcher
from brine.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    routes = tmp_path / "routes.toml"
    routes.write_text('[[route]]\nname = "shop"\nprefix = "/shop"\norigin = "http://origin.test"\n')
    return {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_REGION": "eu-central-1",
        "AWS_SECRET_ACCESS_KEY": "test",
        "BRINE_BUCKET": "bodies",
        "BRINE_ROUTES": str(routes),
        "BRINE_SIGNING_KEYS": '{"1": "a secret of the tests that is long enough"}',
        "BRINE_TABLE": "table",
    }


@pytest.mark.parametrize(
    "other",
    [
        {"AWS_ENDPOINT_URL": "http://127.0.0.1:2"},
        {"AWS_REGION": "eu-west-1"},
        {"BRINE_BUCKET": "of-another-account"},
        {"BRINE_TABLE": "tables"},
    ],
)
def test_another_deployment_has_another_name(environment: dict[str, str], other: dict[str, str]) -> None:
    assert build_gateway(environment).fetcher.name != build_gateway(environment | other).fetcher.name


def test_a_function_of_the_stack_with_a_namespace_has_another_name(environment: dict[str, str]) -> None:
    settings, client = Settings.from_environment(environment, needs=("BRINE_BUCKET",)), HttpClient()
    aws = connect_aws(settings, client)
    names = {
        connected_fetcher(settings, aws, client, float, lambda _: None, namespace=namespace).name
        for namespace in ("", "report")
    }
    assert len(names) == 2


def test_the_refresher_has_the_name_of_its_gateway(environment: dict[str, str]) -> None:
    assert build_gateway(environment).fetcher.name == build_refresher(environment).fetcher.name
