"""The shop function, deployed: a whole from parts for each tenant, refreshed by its own queue and purged by orders."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from brine_cli.http.listener import listen, url_of
from brine_cli.http.messages import HttpResponse
from brine_cli.http.server import HttpServer
from brine_cli.twin import Twin
from tests.e2e.twin.test_purge import SECONDS, purge
from tests.e2e.twin.test_refreshes import IDLE, queue, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine_cli.http.messages import HttpRequest

ROOT = Path(__file__).parents[3]
APP = ("--app", "functions/shop/app.py", "--namespace", "shop")
MISS = "fwd=uri-miss; fwd-status=200; stored; ttl=30"


@dataclass
class Services:
    """The three services: each answers with the number of requests for this path; `offers` fails if it is told to."""

    asked: list[str] = field(default_factory=list)
    has_offers: bool = True

    def __call__(self, asked: HttpRequest) -> HttpResponse:
        line = f"{asked.method} {asked.target.decode().removeprefix('/anything')}"
        self.asked.append(line)
        if "/offers/" in line and not self.has_offers:
            return HttpResponse(status=503, headers=(), body=b"")
        number = self.asked.count(line)
        content = {"number": number, "json": json.loads(asked.body) if asked.body else None}
        return HttpResponse(
            status=200, headers=((b"content-type", b"application/json"),), body=json.dumps(content).encode()
        )


NO_PART = "If a function fetches it as a part, add --part ROUTE and write the path as the function does"


@pytest.fixture(scope="module")
def services() -> Services:
    return Services()


@pytest.fixture(scope="module")
def console() -> list[str]:
    return []


@pytest.fixture(scope="module")
def twin(services: Services, console: list[str]) -> Iterator[Twin]:
    listener = listen("127.0.0.1", 0)
    parameters = {"HttpbinOrigin": url_of(listener), "PurgeDelta": "0"}
    template = ROOT / "samples/template.yaml"
    with (
        HttpServer(listener, services),
        Twin(template=template, parameters=parameters, report=console.append) as running,
    ):
        yield running


def ask(twin: Twin, path: str, shop: str, order: object = None) -> tuple[str, dict[str, Any]]:
    """Cache-Status and content of the answer to a GET, or to a POST of an order."""
    body = None if order is None else json.dumps(order).encode()
    fields = {"X-Shop": shop, "Content-Type": "application/json"}
    asked = urllib.request.Request(f"{twin.url}{path}", headers=fields, data=body)  # noqa: S310 - of the twin
    with urllib.request.urlopen(asked, timeout=SECONDS) as answer:  # noqa: S310 - the same
        return str(answer.headers["Cache-Status"]).removeprefix("brine; "), json.load(answer)


def numbers(content: dict[str, Any]) -> tuple[int, int, int]:
    """How often the services of the orders, the profile and the offers were asked until this dashboard was made."""
    return content["orders"]["number"], content["profile"]["number"], content["offers"]["number"]


def test_a_dashboard_is_made_from_its_parts_once_and_then_a_hit_also_after_a_cold_start(
    twin: Twin, services: Services
) -> None:
    explained, made = ask(twin, "/shop/one", "acme")
    assert (explained, made["customer"], numbers(made)) == (MISS, "one", (1, 1, 1))
    assert services.asked.count("GET /orders/one") == services.asked.count("GET /profiles/one") == 1
    for _ in range(2):
        explained, again = ask(twin, "/shop/one", "acme")
        assert (explained.startswith("hit; ttl="), again) == (True, made)
        twin.restart_functions()
    assert services.asked.count("GET /orders/one") == services.asked.count("GET /profiles/one") == 1


def test_tenants_are_apart_and_share_only_the_part_without_a_tenant(twin: Twin) -> None:
    _, made = ask(twin, "/shop/tenants", "acme")
    explained, other = ask(twin, "/shop/tenants", "globex")
    assert explained == MISS
    assert numbers(other) == (numbers(made)[0] + 1, numbers(made)[1] + 1, numbers(made)[2])


def test_without_a_tenant_there_is_no_dashboard(twin: Twin) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        ask(twin, "/shop/none", "")
    assert refused.value.code == 403
    refused.value.close()


def test_an_order_renews_the_dashboard_of_its_customer_and_no_other(twin: Twin) -> None:
    shoppers = [("/shop/buyer", "acme"), ("/shop/other", "acme"), ("/shop/buyer", "globex")]
    before = [ask(twin, *shopper)[1] for shopper in shoppers]
    explained, done = ask(twin, "/shop/buyer/orders", "acme", {"item": "tea"})
    assert explained.startswith("fwd=method")
    assert done == {"customer": "buyer", "order": {"item": "tea"}}
    explained, renewed = ask(twin, *shoppers[0])
    assert explained == MISS
    assert renewed["orders"]["number"] > before[0]["orders"]["number"]  # the order has changed this part too
    for shopper, known in zip(shoppers[1:], before[1:], strict=True):
        explained, same = ask(twin, *shopper)
        assert (explained.startswith("hit"), same) == (True, known)


def test_a_stale_dashboard_is_answered_at_once_and_refreshed_by_the_function_s_own_queue(twin: Twin) -> None:
    _, made = ask(twin, "/shop/stale", "acme")
    assert purge(twin, "--tag", "customer-stale", "--tenant", "acme", "--soft").returncode == 0
    explained, stale = ask(twin, "/shop/stale", "acme")
    assert (explained, stale) == ("hit; ttl=0", made)
    until(
        lambda: ask(twin, "/shop/stale", "acme")[0], lambda told: told.startswith("hit; ttl=") and told > "hit; ttl=1"
    )
    until(lambda: queue(twin, "ShopRefreshes"), lambda found: found == IDLE)
    for other in ("ShopFailedRefreshes", "RefreshQueue", "ReportRefreshes"):
        assert queue(twin, other) == IDLE, other


def test_without_offers_there_is_a_dashboard(twin: Twin, services: Services) -> None:
    assert purge(twin, "--route", "offers", *APP).stdout == "Purged hard: all of the route offers.\n"
    services.has_offers = False
    _, made = ask(twin, "/shop/no-offers", "acme")
    services.has_offers = True
    assert made["offers"] == {}


@pytest.mark.parametrize(
    ("what", "told"),
    [
        (("--url", "/shop/{}"), "/shop/{}, in all variants: /shop/{} of the route dashboard"),
        (("--tag", "customer-{}"), 'all with the tag "customer-{}"'),
    ],
    ids=["url", "tag"],
)
def test_an_operator_purges_a_dashboard_of_one_tenant(twin: Twin, what: tuple[str, str], told: str) -> None:
    customer = what[0].strip("-")
    for shop in ("acme", "globex"):
        ask(twin, f"/shop/{customer}", shop)
    arguments = (what[0], what[1].format(customer), "--tenant", "acme", *(APP if what[0] == "--url" else ()))
    done = purge(twin, *arguments)
    assert (done.stderr, done.stdout) == ("", f'Purged hard: {told.replace("{}", customer)}, for the tenant "acme".\n')
    assert ask(twin, f"/shop/{customer}", "acme")[0] == MISS
    assert ask(twin, f"/shop/{customer}", "globex")[0].startswith("hit")


@pytest.mark.parametrize(
    ("what", "told"),
    [
        (("--route", "nope", *APP), 'functions/shop/app.py (with routes.toml beside it) has no route named "nope"'),
        (
            ("--url", "/nope", "--tenant", "acme", *APP),
            "no route covers /nope. " + NO_PART,
        ),
        (("--url", "/shop/7", *APP), "the route dashboard has tenants: name one"),
        (
            ("--url", "/shop/7", "--tenant", "acme", *APP[:2]),
            "--app needs --namespace NAME: the BRINE_NAMESPACE of the function, which is in its keys",
        ),
    ],
)
def test_a_purge_of_a_function_that_fails_prints_one_line(twin: Twin, what: tuple[str, ...], told: str) -> None:
    failed = purge(twin, *what)
    assert (failed.returncode, failed.stdout, failed.stderr) == (1, "", f"brine: {told}\n")


def test_nothing_was_reported_as_wrong(console: list[str]) -> None:
    assert console == []
