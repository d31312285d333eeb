"""Routes for a replay need no variables, and tell what to read from a log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.errors import ConfigError
from brine_cli.errors import CommandError
from brine_cli.replay.policies import PolicyFile, read_policy, tenant_sources, used_fields

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """
[[route]]
name = "shop"
prefix = "/shop"
origin = "${SHOP_URL}/v1"
tenant = "claim:org"
key_headers = ["X-Region"]
[[route]]
name = "all"
prefix = "/all"
origin = 'https://${HOST}/x'
forward_headers = "all"
"""


def test_a_variable_needs_no_value() -> None:
    routes = PolicyFile("routes.toml", TEXT).routes({})
    assert {str(route.origin) for route in routes} == {"https://shop-url.invalid", "https://host"}


def test_a_variable_with_a_value_has_it() -> None:
    routes = PolicyFile("routes.toml", TEXT).routes({"HOST": "api.example.com"})
    assert "https://api.example.com" in {str(route.origin) for route in routes}


def test_a_mistake_names_the_file() -> None:
    text = TEXT.replace('tenant = "claim:org"', 'freshness_lifetime = "5 min"')
    with pytest.raises(ConfigError, match=r"b\.toml"):
        PolicyFile("b.toml", text).routes({})


def test_a_probe_needs_the_values_of_the_variables_of_its_routes() -> None:
    policy = PolicyFile("routes.toml", TEXT)
    policy.require_variables({"SHOP_URL": "https://shop.test"}, {"shop"}, "--probe sends requests to", "")
    why = r'the route shop, "\$\{SHOP_URL\}/v1" in routes.toml, and SHOP_URL is not set. Set it in this shell, or'
    with pytest.raises(CommandError, match=why):
        policy.require_variables(
            {"HOST": "h.test"}, {"shop", "all"}, "--probe sends requests to", ", or give --probe URL"
        )


def test_the_fields_and_tenants_that_routes_use_are_read_from_the_log() -> None:
    routes = PolicyFile("routes.toml", TEXT).routes({})
    assert {"x-region", "user-agent", "referer", "accept-language"} <= used_fields(routes)
    assert tenant_sources(routes) == {"claim:org"}


@pytest.mark.parametrize(("content", "why"), [(None, "cannot be read"), (b"\xff", "are not UTF-8")])
def test_a_file_that_is_no_text_is_an_error(content: bytes | None, why: str, tmp_path: Path) -> None:
    file = tmp_path / "routes.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CommandError, match=why):
        read_policy(file)
