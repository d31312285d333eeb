"""An app whose function has a cache of its results (docs/test-functions.md)."""

from dataclasses import dataclass

from brine import App, cache, cached

app = App()
quotes = cache("quotes")


@dataclass(frozen=True)
class Quote:
    product: str
    price: float


def tags(product: str) -> list[str]:
    return [f"product-{product}"]


def price_of(product: str) -> float:
    """Stand for a computation that is slow."""
    return len(product) * 1.25


@cached(quotes, freshness_lifetime="10m", grace="1h", tags=tags)
def quote_of(product: str) -> Quote:
    return Quote(product, price_of(product))


@app.get("/quotes/<product>", freshness_lifetime="1m", tags=tags)
def page(product: str) -> Quote:
    return quote_of(product)


@app.post("/quotes/<product>/changes", purges=tags)
def change(product: str) -> dict[str, str]:
    return {"changed": product}
