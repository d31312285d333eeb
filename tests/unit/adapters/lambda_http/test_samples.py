"""The sample events, as the gateway reads them."""

from __future__ import annotations

import json

import pytest

from brine.adapters.lambda_http import read
from tests.support.events import EVENTS, load_event

SOURCES = {"http-api": "http-api-v2", "rest-api": "rest-v1", "alb": "alb", "function-url": "function-url"}
NAMES = sorted(str(path.relative_to(EVENTS)) for folder in SOURCES for path in (EVENTS / folder).rglob("*.json"))
REQUESTS = {
    "get-cache": ("GET", "/httpbin/cache/60"),
    "get-api": ("GET", "/api/cache/60"),
    "head-cache": ("HEAD", "/httpbin/cache/60"),
    "get-named-stage": ("GET", "/httpbin/cache/60"),
    "get-jwt": ("GET", "/httpbin/cache/60"),
    "get-lambda-authorizer": ("GET", "/httpbin/cache/60"),
    "get-report": ("GET", "/report"),
    "get-shop": ("GET", "/shop/7"),
    "post-shop-order": ("POST", "/shop/7/orders"),
    "get-image": ("GET", "/httpbin/image/png"),
    "get-cookies": ("GET", "/httpbin/cookies"),
    "get-repeated-headers": ("GET", "/httpbin/headers"),
    "get-encoded-path": ("GET", "/httpbin/anything/space%20value/%CE%BB/100%25/a%23b"),
    "admin-health": ("GET", "/_brine/health"),
    "admin-stored": ("GET", "/_brine/stored?state=fresh&limit=500"),
    "admin-explain": ("POST", "/_brine/explain"),
    "admin-purge-preview": ("POST", "/_brine/purge"),
    "admin-purge": ("POST", "/_brine/purge"),
    "exchange-send": ("POST", "/exchange/orders"),
    "exchange-upload": ("POST", "/exchange/orders/uploads"),
    "exchange-receive": ("GET", "/exchange/orders?wait=1&max=10"),
    "exchange-acknowledge": ("DELETE", "/exchange/orders/9UJSAQEAAAAAAAAB"),
    "post-json": ("POST", "/httpbin/post"),
    "post-binary": ("POST", "/httpbin/post"),
}
QUERIES = {
    "http-api/get-query.json": "b=2&a=1&a=3&plus=a+b&encoded=%C3%A4%2F%26&empty=",
    "function-url/get-query.json": "b=2&a=1&a=3&plus=a+b&encoded=%C3%A4%2F%26&empty=",
    "rest-api/get-query.json": "a=1&a=3&b=2&empty=&encoded=%C3%A4%2F%26&plus=a%20b",
    "alb/get-query-multi-value.json": "a=1&a=3&b=2&empty=&encoded=%C3%A4%2F%26&plus=a+b",
    "alb/get-query.json": "a=3&b=2&empty=&encoded=%C3%A4%2F%26&plus=a+b",
}


@pytest.mark.parametrize("name", NAMES)
def test_each_sample_is_the_request_that_its_name_says(name: str) -> None:
    folder, _, file = name.partition("/")
    incoming = read(load_event(name))
    assert incoming.source == SOURCES[folder]
    assert incoming.multi_value == (folder == "rest-api" or "multi-value" in file)
    if name in QUERIES:
        assert incoming.request.target == f"/httpbin/get?{QUERIES[name]}"
    else:
        expected = REQUESTS[file.removesuffix(".json").removesuffix("-multi-value")]
        assert (incoming.request.method, incoming.request.target) == expected


@pytest.mark.parametrize("folder", SOURCES)
def test_bodies_are_the_same_from_every_source(folder: str) -> None:
    posted = read(load_event(f"{folder}/post-json.json")).request
    assert json.loads(posted.body) == {"greeting": "grüß Gott", "count": 3}
    assert posted.fields.get("content-type") == "application/json"
    assert read(load_event(f"{folder}/post-binary.json")).request.body == b"\0\xff\xfe\x89PNG\r\n\x1a\n\xc3("
    assert read(load_event(f"{folder}/get-cache.json")).request.body == b""


def test_no_sample_names_a_real_account() -> None:
    for name in NAMES:
        assert load_event(name)["requestContext"].get("accountId", "123456789012") in {"123456789012", "anonymous"}
