"""The sources of keyrings and configuration files: secrets on AWS, values in the environment of emulators, files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.bootstrap.common import read_configuration
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


def test_files_beside_the_configuration_file_are_read_after_it_by_their_names(tmp_path: Path) -> None:
    (tmp_path / "routes.toml").write_text("first")
    (tmp_path / "routes.d").mkdir()
    for name in ("b.toml", "a.toml", "notes.txt"):
        (tmp_path / "routes.d" / name).write_text(name)
    text, names = read_configuration("routes", tmp_path / "routes.toml")
    assert text.split("\n") == ["first", "a.toml", "b.toml"]
    assert names == "routes.toml, routes.d/a.toml, routes.d/b.toml"


def test_routes_of_two_files_must_differ(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "routes.d").mkdir()
    (tmp_path / "routes.d/more.toml").write_text(ROUTES)
    with pytest.raises(ConfigError, match=r'^routes.toml, routes.d/more.toml: route 2: name = "shop": route 1 has'):
        build_gateway(environment)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "types.toml").write_text("")
    (tmp_path / "types.d").mkdir()
    (tmp_path / "types.d/more.toml").write_bytes(b"\xff")
    with pytest.raises(ConfigError, match=r"the types file \S+/types\.d/more\.toml cannot be read"):
        read_configuration("types", tmp_path / "types.toml")


def test_a_route_with_an_undeclared_type_is_told_the_declared_name(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "types.toml").write_text("")
    (tmp_path / "types.d").mkdir()
    (tmp_path / "types.d/generated.toml").write_text('[[type]]\nname = "shop.Order"\nversion = 1\nfields = {}')
    (tmp_path / "routes.toml").write_text(ROUTES.replace(" }\n", ', types = ["Order"] }\n'))
    types = {"BRINE_TYPES": str(tmp_path / "types.toml")}
    with pytest.raises(ConfigError) as refused:
        build_gateway(environment | types)
    assert str(refused.value).startswith(
        'route "shop": transcoding.types: types.toml does not declare "Order". Did you mean "shop.Order"? '
    )
