"""A FastAPI application behind a prefix: redirects, pagination, created resources and pages of other sites."""

from __future__ import annotations

import http.client
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple
from urllib.parse import urlsplit

import pytest
from fastapi import APIRouter, FastAPI, Query, Request, Response  # noqa: TC002 - FastAPI reads the annotations
from fastapi.middleware.cors import CORSMiddleware

from brine_cli.twin import Twin
from tests.e2e.twin.test_browser import BROWSER, SECONDS, Site, chromium
from tests.support.serving import free_port, served

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPLATE = Path(__file__).parents[3] / "template.yaml"
PAGE = "https://page.example"
ROUTES = """
[[route]]
name = "shop"
prefix = "/shop"
origin = "{shop}/v2"
cache_preflights = true
forward_headers = ["origin"]
[[route]]
name = "rooted"
prefix = "/rooted"
origin = "{rooted}"
public_url = "{public}"
preserve_host = true
"""


def application(pages: list[str], prefix: str = "") -> tuple[FastAPI, list[str]]:
    """An ordinary application, and the methods and paths of its requests."""
    app = FastAPI()
    asked: list[str] = []
    shop = APIRouter(prefix=prefix)

    @shop.get("/items/")
    def items(request: Request, response: Response, page: Annotated[int, Query()] = 1) -> list[int]:
        response.headers["cache-control"] = "max-age=60"
        if page < 3:
            response.headers["link"] = f'<{request.url.include_query_params(page=page + 1)}>; rel="next"'
        return [page]

    @shop.get("/items/{number}")
    def item(number: int, response: Response) -> int:
        response.headers["cache-control"] = "max-age=60"
        return number

    @shop.put("/items/{number}")
    def change(number: int) -> int:
        return number

    @shop.post("/items/", status_code=201)
    def create(request: Request, response: Response) -> dict[str, str]:
        response.headers["location"] = str(request.url_for("item", number=7))
        return dict(request.headers)

    app.add_middleware(CORSMiddleware, allow_origins=pages, allow_methods=["PUT"], allow_credentials=True, max_age=60)

    @app.middleware("http")  # the last middleware is the outermost
    async def note(request: Request, proceed: object) -> Response:
        asked.append(f"{request.method} {request.url.path}")
        return await proceed(request)  # type: ignore[operator, no-any-return]

    app.include_router(shop)
    return app, asked


class Gateway(NamedTuple):
    """A gateway before two applications. `asked`: the requests to the first one. `site`: a site that may use them."""

    url: str
    asked: list[str]
    logged: list[str]
    site: Site

    def ask(self, path: str, method: str = "GET", **fields: str) -> http.client.HTTPResponse:
        """Return the answer, read."""
        target = urlsplit(self.url)
        connection = http.client.HTTPConnection(target.netloc, timeout=SECONDS)
        try:
            headers = {name.replace("_", "-"): value for name, value in fields.items()}
            connection.request(method, path.removeprefix(self.url), headers=headers)
            answer = connection.getresponse()
            answer.text = answer.read().decode()  # type: ignore[attr-defined]
            return answer
        finally:
            connection.close()


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    attempts = [(name, f"{url}/shop/items/9", {"method": "PUT", "cache": "reload"}) for name in ("first", "second")]
    site = Site("page.test", attempts)  # "reload" makes the browser ask for permission anew
    pages = [PAGE, site.url.rstrip("/")]
    app, asked = application(pages, prefix="/v2")
    rooted, _ = application(pages)
    logged: list[str] = []
    with served(app) as shop_url, served(rooted, root_path="/rooted") as rooted_url:
        path = tmp_path_factory.mktemp("routes") / "routes.toml"
        path.write_text(ROUTES.format(shop=shop_url, rooted=rooted_url, public=url))
        with Twin(template=TEMPLATE, routes=path, port=port, allow_origins=pages, show=logged.append) as twin:
            yield Gateway(twin.url, asked, logged, site)


@pytest.mark.parametrize("prefix", ["/shop", "/rooted"])
def test_a_redirect_to_the_trailing_slash_stays_below_the_prefix(gateway: Gateway, prefix: str) -> None:
    answer = gateway.ask(f"{prefix}/items?page=2")
    assert (answer.status, answer.headers["location"]) == (307, f"{gateway.url}{prefix}/items/?page=2")
    assert gateway.ask(answer.headers["location"]).status == 200


@pytest.mark.parametrize("prefix", ["/shop", "/rooted"])
def test_pages_lead_to_the_next_page(gateway: Gateway, prefix: str) -> None:
    place, seen = f"{prefix}/items/", []
    while place:
        answer = gateway.ask(place)
        seen.append(json.loads(answer.text))  # type: ignore[attr-defined]
        place = (answer.headers["link"] or "").partition("<")[2].partition(">")[0]
        assert not place or place.startswith(f"{gateway.url}{prefix}/items/?page=")
    assert seen == [[1], [2], [3]]


@pytest.mark.parametrize("prefix", ["/shop", "/rooted"])
def test_a_created_resource_has_a_public_address_and_is_no_longer_stored(gateway: Gateway, prefix: str) -> None:
    place = f"{gateway.url}{prefix}/items/7"
    for kind in ("fwd=uri-miss", "hit"):
        assert kind in gateway.ask(place).headers["cache-status"]
    made = gateway.ask(f"{prefix}/items/", "POST", X_Forwarded_For="6.6.6.6", X_Forwarded_Host="evil.example")
    assert (made.status, made.headers["location"]) == (201, place)
    assert "fwd=uri-miss" in gateway.ask(place).headers["cache-status"]
    told = json.loads(made.text)  # type: ignore[attr-defined]
    assert told["x-forwarded-for"] == "127.0.0.1"
    assert f"{told['x-forwarded-proto']}://{told['x-forwarded-host']}" == gateway.url
    assert told["x-forwarded-prefix"] == prefix
    assert (told["host"] in gateway.url) == (prefix == "/rooted")


def test_a_preflight_is_answered_from_the_cache(gateway: Gateway) -> None:
    asking = {"Origin": PAGE, "Access_Control_Request_Method": "PUT"}
    gateway.asked.clear()
    first, second = (gateway.ask("/shop/items/7", "OPTIONS", **asking) for _ in range(2))
    assert (first.status, second.status) == (200, 200)
    assert "fwd=uri-miss" in first.headers["cache-status"]
    assert "hit" in second.headers["cache-status"]
    assert gateway.asked == ["OPTIONS /v2/items/7"]
    for name in ("origin", "methods", "credentials"):
        assert second.headers[f"access-control-allow-{name}"] == first.headers[f"access-control-allow-{name}"]
    assert second.headers["access-control-allow-origin"] == PAGE


def test_a_page_reads_the_response_that_was_stored_for_it(gateway: Gateway) -> None:
    assert gateway.ask("/shop/items/8", Origin=PAGE).headers["access-control-allow-origin"] == PAGE
    again = gateway.ask("/shop/items/8", Origin=PAGE)
    assert again.headers["access-control-allow-origin"] == PAGE
    assert "hit" in again.headers["cache-status"]
    assert gateway.ask("/shop/items/8").headers["access-control-allow-origin"] is None


@pytest.mark.skipif(BROWSER is None, reason="needs Chromium on the PATH (Debian: apt-get install chromium)")
def test_a_browser_gets_its_permission_from_the_cache(gateway: Gateway, tmp_path: Path) -> None:
    gateway.asked.clear()
    gateway.logged.clear()
    with gateway.site.served(), chromium(tmp_path, gateway.site.url, "--remote-debugging-port=0") as browser:
        try:
            told = gateway.site.told.get(timeout=SECONDS)
        finally:
            browser.terminate()
    assert [told[name]["text"] for name in ("first", "second")] == ["9", "9"], told
    assert gateway.asked == ["OPTIONS /v2/items/9", "PUT /v2/items/9", "PUT /v2/items/9"]
    answered = [json.loads(line) for line in gateway.logged if '"answered"' in line]
    assert [line["result"] for line in answered][-4:] == ["miss", "pass", "hit", "pass"]  # a line may come late
