"""Tenants over real HTTP: each has its own answers, and `brine purge` ends those of one."""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from brine_cli.http.listener import listen, url_of
from brine_cli.http.messages import HttpResponse
from brine_cli.http.server import HttpServer
from brine_cli.twin import Twin
from tests.e2e.twin.test_purge import SECONDS, purge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine_cli.http.messages import HttpRequest

TEMPLATE = Path(__file__).parents[3] / "template.yaml"
ROUTES = """
[[route]]
name = "shop"
prefix = "/shop"
origin = "{origin}"
tenant = "header:X-Tenant-Id"
forward_headers = ["x-tenant-id"]
"""


def origin(asked: HttpRequest) -> HttpResponse:
    tenant = dict(asked.headers).get(b"x-tenant-id", b"nobody")
    headers = ((b"cache-control", b"max-age=600"), (b"surrogate-key", b"of-" + asked.target[1:]))
    return HttpResponse(status=200, headers=headers, body=b"for " + tenant)


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("routes") / "routes.toml"


@pytest.fixture(scope="module")
def twin(routes: Path) -> Iterator[Twin]:
    listener = listen("127.0.0.1", 0)
    routes.write_text(ROUTES.format(origin=url_of(listener)))
    with HttpServer(listener, origin), Twin(template=TEMPLATE, routes=routes) as running:
        yield running


def ask(twin: Twin, path: str, tenant: str) -> tuple[str, str]:
    """The body of the answer, and its Cache-Status or "hit"."""
    asked = urllib.request.Request(f"{twin.url}{path}", headers={"X-Tenant-Id": tenant})  # noqa: S310 - of the twin
    with urllib.request.urlopen(asked, timeout=SECONDS) as answer:  # noqa: S310 - the same
        status = str(answer.headers["Cache-Status"])
        return answer.read().decode(), "hit" if "; hit" in status else status


def test_without_a_tenant_there_is_a_problem(twin: Twin) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{twin.url}/shop/x", timeout=SECONDS)  # noqa: S310 - of the twin
    with refused.value as answer:
        assert (answer.code, b"urn:brine:problem:tenant-missing" in answer.read()) == (403, True)


@pytest.mark.parametrize(
    ("path", "what", "told"),
    [
        ("/shop/a", ("--tenant", "acme"), 'all that is stored, for the tenant "acme"'),
        ("/shop/b", ("--tag", "of-b", "--tenant", "acme"), 'all with the tag "of-b", for the tenant "acme"'),
        (
            "/shop/c",
            ("--url", "/shop/c", "--tenant", "acme"),
            '/shop/c, in all variants: /c of the route shop, for the tenant "acme"',
        ),
    ],
)
def test_each_tenant_has_its_own_and_a_purge_ends_that_of_one(
    twin: Twin, routes: Path, path: str, what: tuple[str, ...], told: str
) -> None:
    for tenant in ("acme", "other"):
        assert ask(twin, path, tenant)[0] == f"for {tenant}"
        assert ask(twin, path, tenant) == (f"for {tenant}", "hit")
    done = purge(twin, "--routes", str(routes), *what)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"Purged hard: {told}.\n", "")
    twin.restart_functions()
    assert ask(twin, path, "acme")[1] == "brine; fwd=uri-miss; fwd-status=200; stored; ttl=600"
    assert ask(twin, path, "other") == ("for other", "hit")


def test_a_tag_is_purged_for_all_tenants(twin: Twin) -> None:
    for tenant in ("acme", "other"):
        ask(twin, "/shop/d", tenant)
        assert ask(twin, "/shop/d", tenant)[1] == "hit"
    done = purge(twin, "--tag", "of-d", "--all-tenants")
    assert (done.returncode, done.stdout) == (0, 'Purged hard: all with the tag "of-d", for all tenants.\n')
    twin.restart_functions()
    for tenant in ("acme", "other"):
        assert ask(twin, "/shop/d", tenant)[1] != "hit"


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--tenant", ""),
        ("--tenant", "acme", "--everything"),
        ("--tenant", "acme", "--route", "shop"),
        ("--all-tenants", "--everything"),
        ("--tag", "a", "--tenant", "acme", "--all-tenants"),
    ],
    ids=["nothing", "an empty name", "everything", "a route", "all tenants without a tag", "one and all tenants"],
)
def test_options_that_exclude_each_other_are_a_usage_error(twin: Twin, arguments: tuple[str, ...]) -> None:
    failed = purge(twin, *arguments)
    assert (failed.returncode, failed.stdout) == (2, "")
    assert "`brine purge --help` shows how to use it." in failed.stderr
