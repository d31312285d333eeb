"""Access tokens under a race of eight processes: one is issued for all, and one in place of a refused one."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from brine.service.credentials.origin_tokens import REPLACE_PAUSE
from tests.races.token_crowd import CLIENTS, token_crowd
from tests.support.oauth_server import OAuthServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.emulators.aws import Emulator

pytestmark = pytest.mark.races


@pytest.fixture
def server() -> Iterator[OAuthServer]:
    with OAuthServer(delay=0.2) as server:
        yield server


def test_eight_processes_get_one_token_and_one_in_place_of_a_refused_one(
    environment: dict[str, str], ministack: Emulator, server: OAuthServer, tmp_path: Path
) -> None:
    auth = f'type = "oauth2", client_id = "shop", client_secret = "secret:{tmp_path.name}"'
    (tmp_path / "routes.toml").write_text(
        f'[[route]]\nname = "o"\nprefix = "/o"\norigin = "{server.url}/api"\n'
        f'origin_auth = {{ {auth}, token_url = "{server.url}/token" }}\n'
    )
    ministack.create_secret(tmp_path.name, server.secret)

    with token_crowd(environment) as ask_all:
        first = ask_all("first")
        issued = server.asked.copy()
        server.revoke_all()
        time.sleep(REPLACE_PAUSE)  # a token is not replaced before that
        second = ask_all("second")

    assert Counter(got.result for got in first + second) == {"miss": 2 * CLIENTS}
    assert [fault for got in first + second for fault in got.faults] == []
    assert (issued, server.asked) == ([200], [200, 200])
    assert Counter(server.got)["Bearer token-2"] == CLIENTS
