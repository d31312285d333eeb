"""The OpenAPI document has the paths, the arguments and the results of the functions, and not `fetch`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from brine.app.app import App

if TYPE_CHECKING:
    from brine.service.functions.fetch import Fetch


@dataclass(frozen=True)
class Overview:
    customer: str
    pages: list[int]


app = App()


@app.get("/overview/<customer>", freshness_lifetime="1m")
def overview(customer: str, page: int = 1, *, fetch: Fetch) -> Overview:
    """What a customer sees."""
    return Overview(customer, [page, fetch("pages", "/").json()])


def test_the_document_has_the_arguments_and_what_the_function_returns() -> None:
    document = json.loads(app.openapi(title="Shop", version="2"))
    assert document["info"] == {"title": "Shop", "version": "2"}
    operation = document["paths"]["/overview/{customer}"]["get"]
    assert operation["description"] == "What a customer sees."
    assert [(one["name"], one["in"]) for one in operation["parameters"]] == [("customer", "path"), ("page", "query")]
    content = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert content == {"$ref": "#/components/schemas/Overview"}
    assert set(document["components"]["schemas"]["Overview"]["properties"]) == {"customer", "pages"}


def test_making_the_document_leaves_the_functions_as_they_were() -> None:
    app.openapi()
    client = app.test(fetch={"pages": 7})
    assert client.get("/overview/ann?page=3").json() == {"customer": "ann", "pages": [3, 7]}
    assert client.get("/overview/ann?page=x").status == 422
