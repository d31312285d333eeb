"""The route of `brine dev --origin`, and the options for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.adapters.config.routes import parse_routes
from brine.domain.routing.policy import Policy
from brine_cli.commands.dev import _route_keys
from brine_cli.commands.serve.dev_command import command
from brine_cli.commands.serve.dev_options import DevOptions
from brine_cli.errors import CommandError
from brine_cli.single_route import RFC_KEYS, RFC_NOTICE, single_route

if TYPE_CHECKING:
    from brine.domain.routing.route import Route
    from brine_cli.single_route import Keys

URL = "https://api.example.com/v2"


def route(*options: str) -> Route:
    [made] = parse_routes(single_route(URL, keys(*options)), {})
    return made


def keys(*options: str) -> Keys:
    return _route_keys(DevOptions(**command.make_context("dev", ["--origin", URL, *options]).params))


def test_without_options_it_has_the_defaults_of_a_route() -> None:
    made, [written] = route(), parse_routes(f'[[route]]\nname = "origin"\nprefix = "/"\norigin = "{URL}"\n', {})
    assert made == written
    assert (made.policy, made.retries) == (Policy(), 1)


def test_options_set_keys_of_the_route() -> None:
    policy = route(
        "--freshness", "60s", "--grace", "10m", "--forward-header", "cookie", "--forward-header", "X-A"
    ).policy
    assert (policy.freshness_lifetime, policy.grace) == (60, 600)
    assert policy.named_headers == {"cookie", "x-a"}


def test_rfc_is_the_rules_of_rfc_9111_alone_and_says_what_it_turns_off() -> None:
    made = route("--rfc")
    assert keys("--rfc") == RFC_KEYS
    assert (made.policy.forward_headers, made.policy.set_cookie, made.policy.grace) == ("all", "keep", 86_400)
    assert (made.retries, made.circuit_breaker, made.policy.new_keys_per_minute) == (0, None, None)
    for word in ("request headers", "cookies", "Set-Cookie", "retries", "circuit breaker", "new keys", "POST"):
        assert word in RFC_NOTICE


def test_rfc_excludes_the_other_options() -> None:
    with pytest.raises(CommandError, match="--rfc"):
        keys("--rfc", "--freshness", "60s")


@pytest.mark.parametrize("options", [["--rfc"], ["--freshness", "60s"], ["--forward-header", "cookie"]])
def test_the_options_need_an_origin(options: list[str]) -> None:
    with pytest.raises(CommandError, match="--origin URL"):
        _route_keys(DevOptions(**command.make_context("dev", [*options]).params))


def test_a_wrong_value_is_named_with_its_key_and_the_remedy() -> None:
    with pytest.raises(CommandError, match=r'freshness_lifetime = "soon": not a duration\. Write "5m"'):
        route("--freshness", "soon")
