from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.adapters.http1.origin import HttpOrigin
from brine.adapters.recorded_origin import PlayedOrigin, RecordingOrigin
from brine.bootstrap.gateway import build_gateway
from brine.errors import ConfigError
from brine.service.origins.origin_client import OriginClient

if TYPE_CHECKING:
    from pathlib import Path

    from brine.ports.origins import Origin

ROUTES = '[[route]]\nname = "api"\nprefix = "/"\norigin = "https://api.example.com"\n'


def origin_of(folder: Path, **variables: str) -> Origin:
    (folder / "routes.toml").write_text(ROUTES)
    (folder / "played.jsonl").write_text("")
    environment = {
        "BRINE_TABLE": "table",
        "BRINE_BUCKET": "bucket",
        "BRINE_ROUTES": str(folder / "routes.toml"),
        "BRINE_SIGNING_KEYS": '{"1": "a secret of the tests that is long enough"}',
        "BRINE_AWS_CLIENT": "lean",
        "AWS_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    client = build_gateway(environment | variables).fetcher.origins
    assert isinstance(client, OriginClient)
    return client.origin


@pytest.mark.parametrize(
    ("variable", "expected"), [("BRINE_RECORD_ORIGIN", RecordingOrigin), ("BRINE_PLAY_ORIGIN", PlayedOrigin)]
)
def test_a_file_of_responses_is_used_on_an_emulator_only(tmp_path: Path, variable: str, expected: type) -> None:
    file = {variable: str(tmp_path / "played.jsonl")}

    assert type(origin_of(tmp_path, AWS_ENDPOINT_URL="http://127.0.0.1:4566", **file)) is expected
    assert type(origin_of(tmp_path, **file)) is HttpOrigin


def test_an_alias_of_an_origin_has_two_urls(tmp_path: Path) -> None:
    variables = {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "BRINE_RECORD_ORIGIN": str(tmp_path / "f")}

    with pytest.raises(ConfigError, match="BRINE_RECORD_ALIAS is 'http://a': write two URLs as URL=URL"):
        origin_of(tmp_path, BRINE_RECORD_ALIAS="http://a", **variables)
