"""The sources of keyrings: secrets on AWS, and on emulators also values in the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.bootstrap.gateway import build_gateway, build_refresher
from brine.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

WRITTEN = '{"1": "hushed: the origins secret, long enough to be one"}'
ROUTES = """
[[route]]
name = "shop"
prefix = "/shop"
origin = "http://origin.test"
transcoding = { origin = "sealed", origin_keys = "${KEYS}" }
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    routes = tmp_path / "routes.toml"
    routes.write_text(ROUTES)
    return {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_REGION": "eu-central-1",
        "AWS_SECRET_ACCESS_KEY": "test",
        "BRINE_BUCKET": "bodies",
        "BRINE_ROUTES": str(routes),
        "BRINE_SIGNING_KEYS": WRITTEN,
        "BRINE_TABLE": "table",
        "KEYS": WRITTEN,
    }


@pytest.mark.parametrize("keys", [WRITTEN, "shop-keys", "arn:aws:secretsmanager:eu-central-1:1:secret:shop-AbCdEf"])
def test_on_an_emulator_keys_of_a_route_are_a_secret_or_written_out(environment: dict[str, str], keys: str) -> None:
    assert build_gateway(environment | {"KEYS": keys}).transcoders.keys() == {"shop"}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"AWS_ENDPOINT_URL": ""}, "must be the name or ARN of a secret: only emulators take a keyring written out"),
        ({"AWS_ENDPOINT_URL": "https://vpce.test"}, "must be the name or ARN of a secret: only emulators take"),
        ({"KEYS": '{"1": "hushed"}'}, ": the secret of key 1 is shorter"),
    ],
)
def test_other_keys_stop_the_start_and_are_not_shown(
    environment: dict[str, str], change: dict[str, str], why: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        build_gateway(environment | change)
    assert f'origin_keys of the route "shop"{"" if why.startswith(":") else " "}{why}' in str(refused.value)
    assert "hushed" not in str(refused.value)


def test_a_refresher_has_no_keys_of_routes(environment: dict[str, str]) -> None:
    assert list(build_refresher(environment | {"AWS_ENDPOINT_URL": ""}).routes)
