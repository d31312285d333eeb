"""The credentials of routes in a composed gateway: their modules load late, and all requests to servers have them."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from brine.adapters.http1.client import HttpClient
from brine.app.app import App
from brine.app.engine import connected_engine
from brine.bootstrap.gateway import build_gateway, build_refresher
from brine.service.credentials.credentialed_origins import CredentialedOrigins
from brine.service.hooks import HookedOrigins
from brine.service.origins.origin_client import OriginClient
from brine.service.origins.routed import RoutedOrigins

if TYPE_CHECKING:
    from pathlib import Path

PLAIN = '[[route]]\nname = "a"\nprefix = "/"\norigin = "https://origin.test"\n'
KEYED = f'{PLAIN}origin_headers = {{ x-api-key = "secret:key" }}\n'
PROGRAM = """
import json, sys
from brine.adapters.http1.client import HttpClient
from brine.app.app import App
from brine.app.engine import connected_engine
from brine.bootstrap.gateway import build_gateway
build_gateway(json.loads(sys.argv[1]))
print(*(name for name in sys.modules if "credential" in name or "origin_" in name or "secret_texts" in name))
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_REGION": "eu-central-1",
        "AWS_SECRET_ACCESS_KEY": "test",
        "BRINE_AWS_CLIENT": "lean",
        "BRINE_BUCKET": "bodies",
        "BRINE_ROUTES": str(tmp_path / "routes.toml"),
        "BRINE_SIGNING_KEYS": '{"1": "a secret of the tests that is long enough"}',
        "BRINE_TABLE": "table",
    }


def loaded(environment: dict[str, str], tmp_path: Path, routes: str) -> set[str]:
    """The modules about credentials that a new process loads until its gateway is built."""

    (tmp_path / "routes.toml").write_text(routes)
    run = [sys.executable, "-c", PROGRAM, json.dumps(environment)]
    names = subprocess.run(run, check=True, capture_output=True, text=True).stdout.split()
    known = {"brine.adapters.aws.signing.credentials", "brine.domain.caching.origin_exchange"}
    return set(names) - known - {"brine.service.origins.origin_client"}


def test_a_gateway_without_credentials_loads_no_module_for_them(environment: dict[str, str], tmp_path: Path) -> None:
    assert loaded(environment, tmp_path, PLAIN) == set()


def test_a_gateway_with_credentials_loads_what_reads_them_at_the_first_fetch(
    environment: dict[str, str], tmp_path: Path
) -> None:
    assert loaded(environment, tmp_path, KEYED) == {
        "brine.adapters.config.route_keys.credential_texts",
        "brine.adapters.config.route_keys.credential_values",
        "brine.bootstrap.credentials",
        "brine.domain.credentials",
        "brine.domain.credentials.description",
        "brine.service.credentials",
        "brine.service.credentials.credentialed_origins",
    }


def test_the_gateway_and_the_refresher_add_credentials_behind_the_hooks(
    environment: dict[str, str], tmp_path: Path
) -> None:
    routes = tmp_path / "routes.toml"
    routes.write_text(KEYED + 'hooks = { before_fetch = ["json:loads"] }\n')
    for composed in (build_gateway(environment), build_refresher(environment)):
        origins = composed.fetcher.origins
        assert isinstance(origins, HookedOrigins)
        assert isinstance(origins.servers, CredentialedOrigins)
    routes.write_text(PLAIN)
    assert isinstance(build_gateway(environment).fetcher.origins, OriginClient)


def test_the_parts_that_functions_fetch_have_the_credentials_of_their_routes(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "routes.toml").write_text(KEYED)
    with HttpClient() as client:
        composed = connected_engine(App().registrations, environment | {"BRINE_NAMESPACE": "shop"}, client).composed
    for fetcher in (composed.gateway.fetcher, composed.refresher.fetcher):
        assert isinstance(fetcher.origins, RoutedOrigins)
        assert isinstance(fetcher.origins.servers, CredentialedOrigins)
