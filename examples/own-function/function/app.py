# A product page: its description is required, its reviews are optional, and a new review renews the page.
from dataclasses import dataclass
from typing import Any

from brine import App, Fetch

app = App()


@dataclass(frozen=True)
class ProductPage:
    sku: str
    description: Any
    reviews: Any


def tags_of(sku: str) -> list[str]:
    return [f"product-{sku}"]


@app.get("/products/<sku>", freshness_lifetime="30s", grace="10m", tags=tags_of)
def product(sku: str, fetch: Fetch) -> ProductPage:
    description, reviews = fetch.all(("descriptions", f"/{sku}"), ("reviews", f"/of/{sku}", {"or": []}))
    return ProductPage(sku, description.json(), reviews.json())


@app.post("/products/<sku>/reviews", status=201, purges=tags_of)
def review(sku: str, fetch: Fetch) -> Any:
    return fetch("reviews", f"/of/{sku}", method="POST", content=app.current_event.json_body).json()


handler = app.handler
