"""One gateway with the routes of all recipes, and a real server behind each."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import urllib3

from brine_cli.twin import Twin
from tests.e2e.recipes import applications, package_index, recipe_page
from tests.support.oauth_server import OAuthServer
from tests.support.serving import free_port, served

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPLATE = Path(__file__).parents[3] / "template.yaml"
SECONDS = 60
FILM = bytes(range(256)) * 4096
"""The bytes of a film: 1 MB."""


@dataclass(frozen=True)
class RecipeGateway:
    """The gateway. `page`: the web site that may read the notes. `npm_port`: where the gateway expects npm's registry.

    `asked`: the requests to each application, by its name. `logged`: the lines that the functions wrote.
    """

    url: str
    oauth: OAuthServer
    page: str
    npm_port: int = field(default_factory=free_port)
    asked: dict[str, list[str]] = field(default_factory=dict)
    logged: list[str] = field(default_factory=list)
    _pool: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(num_pools=4, maxsize=100))

    def ask(self, path: str, method: str = "GET", body: Any = None, **fields: str) -> urllib3.BaseHTTPResponse:
        """Return the answer. It is not redirected."""
        headers = {name.replace("_", "-"): value for name, value in fields.items()}
        data = None if body is None else json.dumps(body).encode()
        if data is not None:
            headers["content-type"] = "application/json"
        url = path if path.startswith("http") else self.url + path
        return self._pool.request(
            method, url, body=data, headers=headers, redirect=False, retries=False, timeout=SECONDS
        )


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecipeGateway]:
    folder = tmp_path_factory.mktemp("recipes")
    (folder / "film.mp4").write_bytes(FILM)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    page = f"http://page.test:{free_port()}"
    with ExitStack() as stack:
        gateway = RecipeGateway(url, stack.enter_context(OAuthServer()), page)
        servers = {}
        for name, app in {
            "shop": applications.shop(),
            "search": applications.search(),
            "media": applications.media(folder),
            "ticker": applications.ticker(0.5),
            "notes": applications.notes([page]),
        }.items():
            gateway.asked[name] = applications.noted(app)
            servers[f"https://{name}.example.com"] = stack.enter_context(served(app))
        servers["https://graphql.example.com"] = stack.enter_context(served(applications.graphql()))
        servers["https://pypi.example.com"] = stack.enter_context(package_index.running_index(folder))
        servers["https://npm.example.com"] = f"http://127.0.0.1:{gateway.npm_port}"
        servers["https://orders.example.com"] = servers["https://login.example.com"] = gateway.oauth.url
        servers["https://gateway.example.com"] = url
        routes = folder / "routes.toml"
        routes.write_text(recipe_page.routes(servers))
        secrets = folder / "secrets.env"
        secrets.write_text(f"orders-login={gateway.oauth.secret}\n")
        stack.enter_context(
            Twin(
                template=TEMPLATE,
                routes=routes,
                port=port,
                secrets=secrets,
                allow_origins=[page],
                show=gateway.logged.append,
            )
        )
        yield gateway
