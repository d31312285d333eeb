"""The admin API of the twin follows the functions and their routes. No request here reaches AWS."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from brine_cli.desk.desk import Desk
from brine_cli.http.messages import HttpRequest
from brine_cli.lambda_runtime.launch import Launch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEYS = '{"1": "a secret of the tests that is long enough"}'
ROUTE = '[[route]]\nname = "%s"\nprefix = "/%s"\norigin = "http://origin.test"\n'


def launch(name: str, folder: Path, **variables: str) -> Launch:
    """The settings of a function that uses a cache."""
    return Launch(
        name=name,
        arn=name,
        handler="app.handler",
        code=folder,
        path=(),
        variables={
            "AWS_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "x",
            "AWS_SECRET_ACCESS_KEY": "x",
            "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
            "BRINE_TABLE": "table",
            "BRINE_SIGNING_KEYS": KEYS,
            **variables,
        },
        timeout=3,
    )


class DeskOf:
    """A desk, and the functions that it sees."""

    def __init__(self, *launches: Launch) -> None:
        self.launches = list(launches)
        self.reported: list[str] = []
        self.desk = Desk(lambda: self.launches, lambda: {"Gateway"}, self.reported.append)

    def __call__(self, method: str, target: str, body: object = None) -> tuple[int, dict[str, Any]]:
        request = HttpRequest(
            method=method,
            target=target.encode(),
            headers=((b"content-type", b"application/json"),),
            body=b"" if body is None else json.dumps(body).encode(),
            client="127.0.0.1",
        )
        response = self.desk(request)
        return response.status, json.loads(response.body)


@pytest.fixture
def routes(tmp_path: Path) -> Path:
    file = tmp_path / "routes.toml"
    file.write_text(ROUTE % ("one", "one"))
    return file


@pytest.fixture
def gateway(routes: Path) -> Iterator[DeskOf]:
    seen = DeskOf(launch("Gateway", routes.parent, BRINE_ROUTES=str(routes)))
    yield seen
    seen.desk.close()


def known_routes(seen: DeskOf) -> str:
    """The routes that a problem names."""
    status, document = seen("POST", "/_brine/purge", {"route": "nowhere"})
    assert status == 400
    return str(document["detail"]).partition("The routes: ")[2]


def test_a_change_of_the_routes_is_seen_at_the_next_request(gateway: DeskOf, routes: Path) -> None:
    assert known_routes(gateway) == "one."
    routes.write_text(ROUTE % ("two", "two") + ROUTE % ("three", "three"))
    assert known_routes(gateway) == "three, two."


def test_a_mistake_is_reported_once_and_the_last_good_state_stays(gateway: DeskOf, routes: Path) -> None:
    assert known_routes(gateway) == "one."
    routes.write_text("[[route]]\nname = 7\n")
    assert known_routes(gateway) == "one."
    assert known_routes(gateway) == "one."
    (line,) = gateway.reported
    assert line.startswith("/_brine/ does not show what Gateway stores: ")


def test_each_function_with_keys_of_its_own_is_listed_the_gateway_first(gateway: DeskOf, routes: Path) -> None:
    other = KEYS.replace("secret", "other")
    (first,) = gateway.launches
    gateway.launches = [
        launch("Shop", routes.parent, BRINE_NAMESPACE="shop", BRINE_SIGNING_KEYS=other),
        replace(first, name="Refresher"),
        first,
        replace(first, name="Plain", variables={}),
    ]
    _, document = gateway("GET", "/_brine/keys")
    assert [(one["function"], one["namespace"]) for one in document["keys"]] == [("Gateway", None), ("Shop", "shop")]


def test_without_a_function_that_uses_a_cache_a_problem_says_so(tmp_path: Path) -> None:
    status, document = DeskOf(replace(launch("Plain", tmp_path), variables={}))("GET", "/_brine/version")
    assert (status, document["detail"]) == (503, "no function of the template uses a cache, with BRINE_TABLE")


def test_a_function_without_keys_is_told(tmp_path: Path) -> None:
    status, document = DeskOf(launch("Gateway", tmp_path, BRINE_SIGNING_KEYS=""))("GET", "/_brine/version")
    assert status == 503
    assert "BRINE_SIGNING_KEYS_SECRET is not set" in document["detail"]


def test_a_table_that_cannot_be_reached_is_a_problem(gateway: DeskOf) -> None:
    status, document = gateway("GET", "/_brine/stored")
    assert (status, document["type"]) == (503, "urn:brine:problem:store-unavailable")


def test_a_path_that_cannot_be_decoded_is_refused(gateway: DeskOf) -> None:
    assert gateway("GET", "/_brine/%ff")[0] == 400
