"""Where a request arrived, by its event."""

from __future__ import annotations

from typing import Any

import pytest

from brine.adapters.lambda_http import read
from brine.domain.routing.front_door import FrontDoor, PublicAddress
from tests.support.events import load_event

CLIENT = "203.0.113.7"
API = "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com"
REST = "f6g7h8i9j0.execute-api.eu-west-1.amazonaws.com"
URL = "abcdefghijklmnopqrstuvwxyz012345.lambda-url.eu-west-1.on.aws"


def front_door(event: dict[str, Any], *, trusted: bool = False) -> FrontDoor:
    return read(event).front_door(trusted)


@pytest.mark.parametrize(
    ("name", "authority", "base"),
    [
        ("http-api/get-cache.json", API, ""),
        ("http-api/get-named-stage.json", API, "/live"),
        ("rest-api/get-cache.json", REST, "/live"),
        ("function-url/get-cache.json", URL, ""),
        ("alb/get-cache.json", "", ""),
        ("alb/get-cache-multi-value.json", "", ""),
    ],
)
def test_the_address_and_the_client(name: str, authority: str, base: str) -> None:
    assert front_door(load_event(name)) == FrontDoor(PublicAddress("https", authority, base), CLIENT)


def test_a_custom_domain_has_no_stage() -> None:
    event = load_event("http-api/get-named-stage.json")
    event["requestContext"]["domainName"] = event["headers"]["host"] = "api.example"
    assert front_door(event).address == PublicAddress("https", "api.example", "")


@pytest.mark.parametrize(
    ("public", "path", "base"), [("/live/", "/", "/live"), ("/live", "/", "/live"), ("/", "/", "")]
)
def test_the_root_of_a_rest_api(public: str, path: str, base: str) -> None:
    event = load_event("rest-api/get-cache.json")
    event["path"] = path
    event["requestContext"]["path"] = public
    assert front_door(event).address.base == base


@pytest.mark.parametrize("host", ["evil.test/x", "a b", "", "evil.test,api.example", "u@evil.test"])
def test_an_invalid_host_is_unknown(host: str) -> None:
    event = load_event("http-api/get-cache.json")
    event["headers"]["host"] = host
    assert front_door(event).address.authority == ""


def test_the_fields_of_a_proxy_are_believed_only_on_demand() -> None:
    event = load_event("http-api/get-cache.json")
    event["headers"] |= {"x-forwarded-host": "www.example, inner.test", "x-forwarded-for": "6.6.6.6, 203.0.113.7"}
    assert front_door(event).address.authority == API
    assert front_door(event, trusted=True) == FrontDoor(PublicAddress("https", "www.example"), CLIENT)


def test_the_client_of_a_load_balancer_is_the_one_that_it_has_added() -> None:
    event = load_event("alb/get-cache.json")
    event["headers"]["x-forwarded-for"] = "6.6.6.6, 203.0.113.9"
    assert front_door(event).client == "203.0.113.9"
    event["headers"]["x-forwarded-for"] = "6.6.6.6, hidden"
    assert front_door(event).client == ""
