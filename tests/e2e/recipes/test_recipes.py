"""Each recipe of docs/recipes.md, with a real client and a real server."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.e2e.recipes import npm_registry
from tests.e2e.recipes.applications import LIMIT
from tests.e2e.recipes.conftest import FILM, SECONDS
from tests.e2e.twin.test_browser import BROWSER, Site, chromium

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.recipes.conftest import RecipeGateway

MINUTE = 60.0
"""Seconds of the period of the rate limit."""


def test_pages_redirects_and_created_resources_of_a_rest_api(gateway: RecipeGateway) -> None:
    place, seen = "/shop/items", []
    while place:
        answer = gateway.ask(place)
        if answer.status == 307:  # to the trailing slash
            place = answer.headers["location"]
            assert place == f"{gateway.url}/shop/items/"
            continue
        seen += answer.json()
        place = answer.headers.get("link", "").partition("<")[2].partition(">")[0]
        assert not place or place.startswith(f"{gateway.url}/shop/items/?page=")
    assert seen == [1, 2, 3]
    assert "hit" in gateway.ask("/shop/items/").headers["cache-status"]
    assert "fwd=uri-miss" in gateway.ask("/shop/items/7").headers["cache-status"]
    assert gateway.ask("/shop/items/", "POST").headers["location"] == f"{gateway.url}/shop/items/7"
    assert "fwd=uri-miss" in gateway.ask("/shop/items/7").headers["cache-status"]


@pytest.mark.parametrize("client", ["pip", "uv"])
def test_packages_are_installed_and_then_come_from_the_cache(
    gateway: RecipeGateway, client: str, tmp_path: Path
) -> None:
    command = {
        "pip": [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--isolated",
            "--no-cache-dir",
            "--disable-pip-version-check",
        ],
        "uv": ["uv", "pip", "install", "--quiet", "--no-config", "--no-cache", "--python", sys.executable],
    }[client]
    for state in ("cold", "warm"):
        gateway.logged.clear()
        target = tmp_path / state
        subprocess.run(
            [*command, "--index-url", f"{gateway.url}/simple/", "--target", str(target), "barrel"],
            check=True,
            timeout=SECONDS,
        )
        assert (target / "salt/__init__.py").read_text() == "GRAINS = 3\n"
        assert (target / "barrel/noise.bin").stat().st_size > 6_291_556
    assert results(gateway) == {"hit"}


@pytest.fixture
def registry(gateway: RecipeGateway, tmp_path: Path) -> Iterator[None]:
    """Run the npm registry of the recipe."""
    with npm_registry.running_registry(tmp_path, gateway.npm_port):
        yield


@pytest.mark.skipif(npm_registry.NPM is None, reason="needs npm on the PATH (Debian: apt-get install npm)")
def test_npm_installs_and_then_comes_from_the_cache(
    gateway: RecipeGateway,
    registry: None,
    tmp_path: Path,
) -> None:
    for state in ("cold", "warm"):
        gateway.logged.clear()
        folder = tmp_path / state
        folder.mkdir()
        (folder / "package.json").write_text('{"name": "diner", "version": "1.0.0"}')
        npm_registry.npm(folder, "install", "--registry", f"{gateway.url}/npm/", "barrel")
        assert (folder / "node_modules/salt/index.js").read_text() == "module.exports = 3\n"
        assert (folder / "node_modules/barrel/index.js").stat().st_size == npm_registry.LARGE_BYTES
    assert results(gateway) == {"hit"}
    about = gateway.ask("/npm/barrel").json()["versions"]["1.0.0"]
    assert about["dist"]["tarball"] == f"{gateway.url}/npm/barrel/-/barrel-1.0.0.tgz"


def test_equal_graphql_queries_are_hits_until_a_mutation(gateway: RecipeGateway) -> None:
    def ask(query: str) -> tuple[Any, str]:
        answer = gateway.ask("/graphql", "POST", {"query": query})
        return answer.json()["data"], str(answer.headers["cache-status"])

    books = "{ books }"
    data, explained = ask(books)
    assert (data, "fwd=uri-miss; fwd-status=200; stored" in explained) == ({"books": ["Emma"]}, True)
    assert ask(books)[1].startswith("brine; hit")
    data, explained = ask('mutation { add(title: "Ulysses") }')
    assert (data, "detail=query-mutation" in explained) == ({"add": 2}, True)
    assert ask(books)[0] == {"books": ["Emma", "Ulysses"]}


def test_all_environments_share_one_token(gateway: RecipeGateway) -> None:
    with ThreadPoolExecutor(16) as clients:
        answers = list(clients.map(lambda number: gateway.ask(f"/orders/{number}"), range(32)))
    assert [answer.status for answer in answers] == [200] * 32
    assert gateway.oauth.asked == [200]
    assert "hit" in gateway.ask("/orders/7").headers["cache-status"]


def test_a_hundred_clients_stay_within_the_rate_limit(gateway: RecipeGateway) -> None:
    began = time.monotonic()
    with ThreadPoolExecutor(100) as clients:
        answers = list(clients.map(lambda number: gateway.ask(f"/search/{number}"), range(LIMIT + 60)))
    statuses = Counter(answer.status for answer in answers)
    assert statuses.keys() <= {200, 503}
    assert statuses[200] >= LIMIT * 0.9
    assert len(gateway.asked["search"]) == statuses[200], "a request of the gateway was refused"
    if time.monotonic() - began >= MINUTE:
        return  # so slow that all of them are within the budget of more than one minute
    assert statuses[200] <= LIMIT
    refused = next(answer for answer in answers if answer.status == 503)
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert "detail=origin-budget" in refused.headers["cache-status"]


def test_ranges_of_a_film_add_up(gateway: RecipeGateway) -> None:
    step = 100_000
    for first in range(0, len(FILM), step):
        last = min(first + step, len(FILM)) - 1
        answer = gateway.ask("/media/film.mp4", Range=f"bytes={first}-{last}")
        assert (answer.status, answer.data) == (206, FILM[first : last + 1])
    asked = len(gateway.asked["media"])
    sought = gateway.ask("/media/film.mp4", Range="bytes=150000-349999")
    assert (sought.status, sought.data) == (206, FILM[150_000:350_000])
    whole = gateway.ask("/media/film.mp4")
    assert (whole.status, whole.data) == (200, FILM)
    assert "hit" in whole.headers["cache-status"]
    assert len(gateway.asked["media"]) == asked


def test_a_ticker_is_asked_once_at_a_time_and_clients_do_not_wait(gateway: RecipeGateway) -> None:
    gateway.ask("/ticker/price")
    began, seen = time.monotonic(), []
    before = len(gateway.asked["ticker"])
    lock = threading.Lock()

    def watch(_: int) -> None:
        while len(gateway.asked["ticker"]) < before + 3 and time.monotonic() < began + SECONDS:
            answer = gateway.ask("/ticker/price")
            with lock:
                seen.append((int(answer.data), answer.headers["cache-status"]))
            time.sleep(0.1)

    with ThreadPoolExecutor(50) as clients:
        list(clients.map(watch, range(50)))
    prices = [price for price, _ in seen]
    asked, took = len(gateway.asked["ticker"]) - before, time.monotonic() - began
    assert len(set(prices)) >= 2, "nothing was refreshed"
    assert asked <= took + 2, f"{asked} requests in {took:.0f} seconds"
    assert all("hit" in explained for _, explained in seen), "a client waited for the origin"
    assert all(later <= earlier + 1 for earlier, later in pairwise(sorted(set(prices))))


@pytest.mark.skipif(BROWSER is None, reason="needs Chromium on the PATH (Debian: apt-get install chromium)")
def test_a_page_reads_and_changes_notes(gateway: RecipeGateway, tmp_path: Path) -> None:
    change = {"method": "PUT", "cache": "reload"}  # "reload" makes the browser ask for permission anew
    attempts = [
        *((name, f"{gateway.url}/notes/1", {}) for name in ("read", "read again")),
        *((name, f"{gateway.url}/notes/2", change) for name in ("change", "change again")),
    ]
    site = Site("page.test", attempts, port=urlsplit(gateway.page).port or 0)
    gateway.asked["notes"].clear()
    with site.served(), chromium(tmp_path, site.url, "--remote-debugging-port=0") as browser:
        try:
            told = site.told.get(timeout=SECONDS)
        finally:
            browser.terminate()
    assert {name: (answer["status"], answer["text"]) for name, answer in told.items()} == {
        "read": (200, "1"),
        "read again": (200, "1"),
        "change": (200, "2"),
        "change again": (200, "2"),
    }
    assert Counter(gateway.asked["notes"]) == {"GET /1": 1, "OPTIONS /2": 1, "PUT /2": 2}


def results(gateway: RecipeGateway) -> set[str]:
    """How the gateway answered, since the log was cleared."""
    # Two processes may write at the same time, so a line may hold two records
    found = re.findall(r'"message":"answered"[^}]*?"result":"([a-z-]+)"', "\n".join(gateway.logged))
    assert len(found) >= 3, "too few answers of the gateway are logged"
    return set(found)
