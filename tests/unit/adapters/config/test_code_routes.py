"""The settings of a route in code: the same readers as in routes.toml, and messages with module, rule and value."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from brine.adapters.config.code_routes import SETTINGS, code_route
from brine.adapters.config.routes import POLICY, parse_routes
from brine.domain.routing.origin import OriginAddress
from brine.domain.routing.route import QueryRule
from brine.errors import ConfigError
from brine.service.functions.part_request import TRACE_FIELDS


def test_a_route_with_defaults() -> None:
    route = code_route("/orders/<id>", "orders", {}, source="shop")
    assert (route.name, route.prefix, route.namespace) == ("orders", "/orders/<id>", "")
    assert route.origin == OriginAddress("function", "orders", 0)
    assert route.origin.is_function
    assert (route.retries, route.circuit_breaker, route.tenant, route.transcoding) == (0, None, None, None)
    assert route.policy.forward_headers == TRACE_FIELDS
    assert route.policy.key_headers == frozenset()
    assert route.policy.refreshes_in_grace
    assert not route.internal


def test_a_full_route() -> None:
    settings = {
        "freshness_lifetime": timedelta(minutes=5),
        "grace": "10m",
        "negative_lifetimes": {404: "1m", "410": 2},
        "key_headers": {"X-Region"},
        "query": {"keep": ("q", "page"), "sort": True},
        "tenant": "claim:tenant_id",
        "timeout": "9s",
        "max_request_body": 100,
        "version": 7,
    }
    route = code_route("/orders", "orders", settings, source="shop", namespace="team")
    policy = route.policy
    assert (policy.freshness_lifetime, policy.grace) == (300, 600)
    assert policy.negative_lifetimes == {404: 60, 410: 2}
    assert policy.key_headers == frozenset({"x-region"})
    assert policy.forward_headers == frozenset({"x-region", *TRACE_FIELDS})
    assert route.query == QueryRule(keep=frozenset({"q", "page"}), sort=True)
    assert (route.tenant, route.timeout, route.max_request_body) == ("claim:tenant_id", 9, 100)
    assert (route.origin.host, route.namespace) == ("orders@7", "team")


def test_the_key_headers_are_all_that_is_forwarded() -> None:
    for names in ([], ["Authorization"]):
        route = code_route("/x", "x", {"key_headers": names}, source="shop")
        assert route.policy.forward_headers == (route.policy.key_headers or frozenset()) | TRACE_FIELDS


@pytest.mark.parametrize("name", sorted(set(POLICY) - SETTINGS))
def test_settings_of_servers_are_none_of_functions(name: str) -> None:
    with pytest.raises(ConfigError, match=name):
        code_route("/x", "x", {name: True}, source="shop")


@pytest.mark.parametrize(
    ("setting", "value", "shown"),
    [
        ("freshness_lifetime", "5 min", '"5 min"'),
        ("grace", -1, "-1"),
        ("negative_lifetimes", {"200": 1}, '"200"'),
        ("early_refresh", "x", '"x"'),
        ("key_headers", "accept", '"accept"'),
        ("query", {"keep": 3}, "3"),
        ("request_directives", "yes", '"yes"'),
        ("show_key", 1, "1"),
        ("set_cookie", "all", '"all"'),
        ("max_variants", 0, "0"),
        ("new_keys_per_minute", "x", '"x"'),
        ("tenant", "org", '"org"'),
        ("timeout", "0s", '"0s"'),
        ("max_request_body", -1, "-1"),
    ],
)
def test_a_wrong_value_is_told_with_the_source_the_route_the_setting_and_the_value(
    setting: str, value: Any, shown: str
) -> None:
    with pytest.raises(ConfigError) as raised:
        code_route("/x", "orders", {setting: value}, source='shop: GET "/x"')
    text = str(raised.value)
    assert text.startswith(f'shop: GET "/x": route "orders": {setting}')
    assert shown in text


def test_a_value_has_the_same_message_as_in_routes_toml() -> None:
    with pytest.raises(ConfigError) as of_code:
        code_route("/x", "a", {"grace": "x"}, source="s")
    with pytest.raises(ConfigError) as of_file:
        parse_routes('[[route]]\nname="a"\nprefix="/x"\norigin="http://a.test"\ngrace="x"', {}, source="s")
    assert str(of_code.value) == str(of_file.value)


@pytest.mark.parametrize(("rule", "name"), [("orders", "a"), ("/<a><b>", "a"), ("/x", "A b"), ("/x", "-"), ("/x", "ü")])
def test_a_wrong_rule_or_name_is_told_with_its_value(rule: str, name: str) -> None:
    with pytest.raises(ConfigError) as raised:
        code_route(rule, name, {}, source="shop")
    assert f'"{name if rule == "/x" else rule}"' in str(raised.value)
