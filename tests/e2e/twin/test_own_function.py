"""The twin serves examples/own-function, the template to copy for one function."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from brine_cli.twin import Twin

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
SECONDS = 60


@pytest.fixture(scope="module")
def twin() -> Iterator[Twin]:
    with Twin(template=ROOT / "examples/own-function/template.yaml", port=0, parameters={"PurgeDelta": "0"}) as twin:
        yield twin


def asked(twin: Twin, path: str, content: object = None) -> tuple[int, str, object]:
    """The status, Cache-Status and content of an answer."""
    data = None if content is None else json.dumps(content).encode()
    request = urllib.request.Request(  # noqa: S310 - of the twin
        f"{twin.url}{path}", data=data, headers={"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - of the twin
        return answer.status, str(answer.headers["cache-status"]), json.loads(answer.read())


def test_the_page_is_stored_until_a_new_review_purges_it(twin: Twin) -> None:
    status, cache, page = asked(twin, "/products/7")
    assert (status, cache) == (200, "brine; fwd=uri-miss; fwd-status=200; stored; ttl=30")
    assert isinstance(page, dict)
    assert page.keys() == {"sku", "description", "reviews"}
    assert asked(twin, "/products/7")[1].startswith("brine; hit; ttl=")

    assert asked(twin, "/products/7/reviews", {"stars": 5})[0] == 201
    assert asked(twin, "/products/7")[1].startswith("brine; fwd=uri-miss")


def test_the_gateway_is_beside_it(twin: Twin) -> None:
    assert asked(twin, "/api/anything/1")[0] == 200
