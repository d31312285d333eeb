"""One run reports all mistakes of a configuration file, each with its place."""

from __future__ import annotations

import pytest

from brine.adapters.config.channels import parse_channels
from brine.adapters.config.routes import parse_routes
from brine.adapters.config.types import parse_types
from brine.errors import ConfigError, ConfigMistake

ROUTE = '[[route]]\nname = "a"\nprefix = "/a"\norigin = "http://a.test"\n'


def mistakes(text: str) -> list[tuple[tuple[str | int, ...], str]]:
    """The path and the message of each mistake in a file of routes."""
    with pytest.raises(ConfigError) as raised:
        parse_routes(text, {})
    return [(one.path, one.message) for one in raised.value.mistakes]


def test_all_mistakes_of_all_tables_are_found() -> None:
    text = f"""{ROUTE}
freshness_lifetime = "5 min"
query = {{ sort = 1, dorp = [] }}
negative_lifetimes = {{ 404 = "x", 999 = 1, 503 = "y" }}
key_headers = ["a b", "ok", "host"]
[[route]]
name = "B"
prefix = "/a"
origins = "http://b.test"
preserve_host = true
"""
    assert mistakes(text) == [
        (("route", 0, "freshness_lifetime"), "not a duration."),
        (("route", 0, "query", "dorp"), 'unknown key "dorp".'),
        (("route", 0, "query", "sort"), "not a boolean."),
        (("route", 0, "negative_lifetimes", "999"), '"999" is not a status from 300 to 599.'),
        (("route", 0, "negative_lifetimes", "404"), "not a duration."),
        (("route", 0, "negative_lifetimes", "503"), "not a duration."),
        (("route", 0, "key_headers", 0), '"a b" is not forwarded.'),
        (("route", 0, "key_headers", 2), '"host" belongs to one connection and is never forwarded.'),
        (("route", 1, "origins"), 'unknown key "origins".'),
        (("route", 1, "name"), "not a name."),
        (("route", 1, "preserve_host"), '"preserve_host" needs the public host.'),
        (("route", 1, "prefix"), 'route "a" has the same.'),
    ]


def test_a_misspelt_key_is_one_mistake_and_not_also_a_missing_key() -> None:
    for key in ("name", "prefix", "origin"):
        assert mistakes(ROUTE.replace(f"{key} =", f"{key}s =")) == [(("route", 0, f"{key}s"), f'unknown key "{key}s".')]


def test_a_misspelt_table_is_one_mistake() -> None:
    assert mistakes(ROUTE.replace("[[route]]", "[[routes]]")) == [(("routes",), 'unknown key "routes".')]


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("freshness-lifetime", "freshness_lifetime"),
        ("freshnessLifetime", "freshness_lifetime"),
        ("fresness_lifetime", "freshness_lifetime"),
        ("ttl", "freshness_lifetime"),
        ("stale_while_revalidate", "grace"),
        ("Vary", "key_headers"),
        ("rate_limit", "origin_budget"),
    ],
)
def test_the_right_name_of_a_key_is_suggested(key: str, meant: str) -> None:
    with pytest.raises(ConfigError, match=f'unknown key "{key}"\\. Did you mean "{meant}"\\?$'):
        parse_routes(f'{ROUTE}{key} = "1m"', {})


def test_a_name_that_is_like_no_key_gets_the_list() -> None:
    with pytest.raises(ConfigError, match=r'unknown key "zzz"\. Known keys: cache_preflights, .*trust_forwarded\.$'):
        parse_routes(f"{ROUTE}zzz = 1", {})


def test_the_right_choice_and_the_right_type_are_suggested() -> None:
    with pytest.raises(ConfigError, match=r'set_cookie = "Strip": not one of the choices\. Did you mean "strip"\?'):
        parse_routes(f'{ROUTE}set_cookie = "Strip"', {})
    with pytest.raises(ConfigError, match=r'"string" is not a type\. Did you mean "str"\?'):
        parse_types('[[type]]\nname = "a"\nversion = 1\nfields = { x = "string" }')


def test_the_message_of_the_error_has_the_first_mistakes_one_in_a_line() -> None:
    with pytest.raises(ConfigError) as raised:
        parse_routes(ROUTE + "\n".join(f"k{number} = 1" for number in range(9)), {}, source="r.toml")
    first, *_, last = lines = str(raised.value).splitlines()
    assert first.startswith('r.toml: route "a": unknown key "k0". Known keys: ')
    assert (len(lines), last) == (6, "4 more mistakes. `brine check` shows all of them.")
    assert len(raised.value.mistakes) == 9


def test_the_budgets_of_one_origin_are_compared_in_all_routes() -> None:
    text = "".join(
        ROUTE.replace('"/a"', f'"/{name}"').replace('"a"', f'"{name}"') + f'origin_budget = "{rate}/min"\n'
        for name, rate in (("a", 600), ("b", 700), ("c", 600), ("d", 800))
    )
    assert mistakes(text) == [
        (("route", number, "origin_budget"), 'route "a" gives the same origin another budget.') for number in (1, 3)
    ]


def test_types_and_channels_report_all_mistakes_too() -> None:
    with pytest.raises(ConfigError) as raised:
        parse_types('[[type]]\nname = "1"\nversion = 0\nfields = { x = "strr", if = "int" }\n[[type]]\nmembers = ["1"]')
    assert [one.path[1:] for one in raised.value.mistakes] == [
        (0, "name"),
        (0, "version"),
        (0, "fields", "if"),
        (0, "fields", "x"),
        (1, "members", 0),
        (1,),
        (1,),
    ]
    with pytest.raises(ConfigError) as raised:
        parse_channels('[[channel]]\nname = "A"\nqueue = 1\nsenders = ["x", "y"]', {}, ())
    assert [one.path[2:] for one in raised.value.mistakes] == [
        ("name",),
        ("queue",),
        ("senders", 0),
        ("senders", 1),
        *[()] * 3,
    ]


def test_a_mistake_is_divided_into_message_and_remedy_outside_of_quotes() -> None:
    told = ConfigMistake(source="s", text='"a. B" is wrong. Write "c". Or leave it out.')
    assert (told.message, told.remedy) == ('"a. B" is wrong.', 'Write "c". Or leave it out.')
    assert ConfigMistake(source="s", text="wrong").remedy == ""
