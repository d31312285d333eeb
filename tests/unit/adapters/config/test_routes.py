"""routes.toml: the result of a good file, and the place of a mistake. The schema for editors must agree on both."""

from __future__ import annotations

import json
import tomllib
import traceback
from pathlib import Path

import jsonschema
import pytest

from brine.adapters.config.routes import parse_routes, route_names
from brine.domain.compression.compressible import Compression
from brine.domain.formats.media import Format
from brine.domain.resilience.circuit import CircuitBreaker
from brine.domain.routing.front_door import PublicAddress
from brine.domain.routing.origin import OriginAddress
from brine.domain.routing.policy import DEFAULT_FORWARD_HEADERS, Policy
from brine.domain.routing.route import QueryBody, QueryRule
from brine.domain.routing.transcoding import Transcoding
from brine.errors import ConfigError
from brine.testing.variables import AnyVariable

ROUTES = Path(__file__).parents[4] / "layers" / "routes"
SCHEMA = json.loads((ROUTES / "routes.schema.json").read_text())
CLIMBING = ["..", "v2/..", "v2/./x", "%2e%2e/x", "v2%2f..", "%252e%252e", "..;x", "v2%00", "v2%0d%0ax"]
HEAD = '[[route]]\nname = "a"\nprefix = "/a"\norigin = "http://a.test"\n'


def test_a_full_route() -> None:
    text = """
[[route]]
name = "orders-2"
prefix = "/orders"
origin = "https://${HOST}:8443/v2/"
forward_headers = ["X-Api-Version"]
query = { keep = ["id", "page"], drop = ["utm_*"], sort = true }
query_methods = ["POST"]
query_body = { normalise = "json", max_bytes = 1000, in_refresh_requests = true }
timeout = "2.5s"
retries = 3
circuit_breaker = { failure_share = 0.8, window = "10s", least_requests = 20, least_urls = 5, open_for = "1m" }
max_request_body = 1000
tenant = "header:X-Tenant-Id"
freshness_lifetime = "5m"
grace = "250ms"
keep = 3600
show_key = true
negative_lifetimes = { 404 = "10s", 503 = 1 }
set_cookie = "strip"
store_post = true
key_headers = ["Accept", "X-Region"]
request_directives = false
large_bodies = "redirect"
compress = { min_bytes = 2000, types = ["application/VND.shop"] }
new_keys_per_minute = 100
max_variants = 12
jitter = 0.1
early_refresh = 1
public_url = "https://${HOST}:443/prod/"
map_addresses = false
preserve_host = true
trust_forwarded = true
cache_preflights = true
"""
    jsonschema.validate(tomllib.loads(text), SCHEMA)
    (route,) = parse_routes(text, {"HOST": "Orders.Test"})
    assert route.name == "orders-2"
    assert route.origin == OriginAddress(scheme="https", host="orders.test", port=8443)
    assert route.base_path == "/v2"
    assert route.query == QueryRule(keep=frozenset({"id", "page"}), drop=("utm_*",), sort=True)
    assert route.query_methods == {"POST"}
    assert route.query_body == QueryBody(normalise="json", max_bytes=1000, in_refresh_requests=True)
    assert (route.timeout, route.max_request_body, route.tenant) == (2.5, 1000, "header:x-tenant-id")
    assert route.large_bodies == "redirect"
    assert route.compress == Compression(min_bytes=2000, types=frozenset({"application/vnd.shop"}))
    assert route.public_url == PublicAddress("https", "orders.test:443", "/prod")
    assert (route.map_addresses, route.preserve_host, route.trust_forwarded) == (False, True, True)
    assert route.cache_preflights
    breaker = CircuitBreaker(failure_share=0.8, window=10, least_requests=20, least_urls=5, open_for=60)
    assert (route.retries, route.circuit_breaker) == (3, breaker)
    assert route.policy == Policy(
        forward_headers=DEFAULT_FORWARD_HEADERS | {"x-api-version"},
        freshness_lifetime=300,
        grace=0.25,
        keep=3600,
        show_key=True,
        negative_lifetimes={404: 10, 503: 1},
        set_cookie="strip",
        store_post=True,
        key_headers=frozenset({"accept", "x-region"}),
        request_directives=False,
        new_keys_per_minute=100,
        max_variants=12,
        jitter=0.1,
        early_refresh=1.0,
    )


@pytest.mark.parametrize(
    ("text", "breaker"),
    [
        ("", CircuitBreaker()),
        ("circuit_breaker = {}", CircuitBreaker()),
        ("[route.circuit_breaker]\nopen_for = 2", CircuitBreaker(open_for=2)),
        ("circuit_breaker = false", None),
    ],
)
def test_a_circuit_breaker_is_there_unless_turned_off(text: str, breaker: CircuitBreaker | None) -> None:
    jsonschema.validate(tomllib.loads(HEAD + text), SCHEMA)
    (route,) = parse_routes(HEAD + text, {})
    assert (route.circuit_breaker, route.retries) == (breaker, 1)


@pytest.mark.parametrize(
    ("text", "compression"),
    [
        ("", Compression(min_bytes=1024)),
        ("compress = true", Compression(min_bytes=1024)),
        ("compress = {}", Compression(min_bytes=1024)),
        ("compress = false", None),
    ],
)
def test_answers_are_compressed_unless_that_is_turned_off(text: str, compression: Compression | None) -> None:
    jsonschema.validate(tomllib.loads(HEAD + text), SCHEMA)
    (route,) = parse_routes(HEAD + text, {})
    assert route.compress == compression


@pytest.mark.parametrize(
    ("text", "limit"),
    [("", 600), ("new_keys_per_minute = 7", 7), ("new_keys_per_minute = false", None)],
)
def test_new_keys_are_limited_unless_that_is_turned_off(text: str, limit: int | None) -> None:
    jsonschema.validate(tomllib.loads(HEAD + text), SCHEMA)
    (route,) = parse_routes(HEAD + text, {})
    assert route.policy.new_keys_per_minute == limit


def test_an_internal_route_has_no_path_for_clients() -> None:
    text = HEAD.replace('prefix = "/a"', "internal = true") + '[[route]]\nname = "b"\nprefix = "/"\norigin = "http://b"'
    jsonschema.validate(tomllib.loads(text), SCHEMA)
    routes = parse_routes(text, {})
    assert routes.named("a") is not None
    assert [route.name for path in ("/", "", "/a") if (route := routes.match(path))] == ["b", "b"]


@pytest.mark.parametrize(
    ("file", "variable", "name"),
    [
        ("layers/routes/routes.toml", "BRINE_ORIGIN", "api"),
        ("samples/routes/routes.d/samples.toml", "BRINE_HTTPBIN_ORIGIN", "httpbin"),
    ],
)
def test_the_shipped_file_and_the_samples_are_good(file: str, variable: str, name: str) -> None:
    text = (ROUTES.parents[1] / file).read_text()
    jsonschema.validate(tomllib.loads(text), SCHEMA)
    assert [route.name for route in parse_routes(text, {variable: "https://httpbin.org"})] == [name]


def test_a_variable_may_be_an_item_of_brine_variables_which_wins() -> None:
    environment = {"BRINE_VARIABLES": "OTHER=x, PAGES=https://pages.test:8443", "PAGES": "https://old.test"}
    (route,) = parse_routes('[[route]]\nname = "a"\nprefix = "/a"\norigin = "${PAGES}/v2"', environment)
    assert (route.origin.host, route.origin.port, route.base_path) == ("pages.test", 8443, "/v2")


def test_a_variable_may_come_from_an_environment_that_does_not_list_its_names() -> None:
    (route,) = parse_routes('[[route]]\nname = "a"\nprefix = "/a"\norigin = "${ORDERS_URL}/v2"', AnyVariable())
    assert route.origin.host == "orders-url.test"


@pytest.mark.parametrize("variables", ["hushed", "A=1,hushed", "9=hushed", "A B=hushed"])
def test_brine_variables_of_another_form_are_refused_and_not_shown(variables: str) -> None:
    with pytest.raises(ConfigError, match="an item of BRINE_VARIABLES is not of the form NAME=value") as refused:
        parse_routes('[[route]]\nname = "a"\nprefix = "/a"\norigin = "${A}"', {"BRINE_VARIABLES": variables})
    assert "hushed" not in str(refused.value)


@pytest.mark.parametrize("source", ["claim:https://acme.test/org", "lambda:a:b", "iam:account", "iam:user"])
def test_where_a_tenant_is_read_is_kept_as_it_is_written(source: str) -> None:
    text = f'{HEAD}tenant = "{source}"'
    jsonschema.validate(tomllib.loads(text), SCHEMA)
    (route,) = parse_routes(text, {})
    assert route.tenant == source


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/", "root"),
        ("/other", "root"),
        ("/a", "a"),
        ("/a/", "a"),
        ("/ab", "root"),
        ("/a/b", "a-b"),
        ("/a/b/c", "a-b"),
        ("/a/bc", "a"),
        ("/%61", "root"),
    ],
)
def test_the_longest_prefix_wins_at_a_slash(path: str, name: str) -> None:
    routes = [("root", "/"), ("a", "/a"), ("a-b", "/a/b")]
    text = "".join(f'[[route]]\nname = "{n}"\nprefix = "{p}"\norigin = "http://x.test"\n' for n, p in routes)
    route = parse_routes(text, {}).match(path)
    assert route is not None
    assert route.name == name


def test_a_route_that_converts() -> None:
    table = '{ origin = "sealed", requests = "json", origin_keys = "${KEYS}", client_keys = "c", types = ["t"] }'
    text = f"{HEAD}transcoding = {table}"
    jsonschema.validate(tomllib.loads(text), SCHEMA)
    (route,) = parse_routes(text, {"KEYS": "arn"})
    assert route.transcoding == Transcoding(
        origin=Format.SEALED,
        requests=Format.JSON,
        origin_keys="arn",
        client_keys="c",
        types=("t",),
    )


def test_names_take_no_variables_and_nothing_else_that_is_right() -> None:
    text = HEAD.replace("http://a.test", "${NOPE}") + 'bogus = 1\n[[route]]\nname = 3\n[[route]]\nname = "b"\n'
    assert route_names(text) == {"a", "b"}
    assert route_names("") == frozenset()
    with pytest.raises(ConfigError, match=r"not a list of \[\[route\]\] tables"):
        route_names("route = 3")
    with pytest.raises(ConfigError, match=r"^r\.toml: not valid TOML: .* \(at line 1, column 8\)$"):
        route_names("[[route]\n", source="r.toml")


def test_no_route() -> None:
    assert parse_routes(HEAD, {}).match("/b") is None


# Each: the text, where it is wrong, words of the message. What the schema cannot see is marked.
BAD = [
    ("", "", "not a list of [[route]] tables", True),
    ("route = 3", "", "not a list of [[route]] tables", True),
    ('x = 1\n[[route]]\nname = "a"', "", 'unknown key "x"', True),
    ("[[route]\n", "", "not valid TOML", None),
    ('[[route]]\nname = "a', "", "not valid TOML", None),
    ('[[route]]\nname = "a"\nprefix = "/a"', 'route "a"', 'no "origin"', True),
    (HEAD.replace('prefix = "/a"', ""), 'route "a"', 'no "prefix"', True),
    (HEAD.replace('prefix = "/a"', "internal = false"), 'route "a"', 'no "prefix"', True),
    (HEAD + "internal = true", 'route "a"', "Leave one of both out", True),
    (HEAD + "  bogus = 3", 'route "a"', 'unknown key "bogus"', True),
    (HEAD + 'timeout = "5 s"', 'route "a": timeout = "5 s"', "not a duration", True),
    (HEAD + "timeout = 0", 'route "a": timeout = 0', "too short", True),
    (HEAD + "grace = true", 'route "a": grace = true', "not a duration", True),
    (HEAD + "keep = -1", 'route "a": keep = -1', "not a duration", True),
    (HEAD + "jitter = 0.51", 'route "a": jitter = 0.51', "a number from 0 to 0.5", True),
    (HEAD + "jitter = nan", 'route "a": jitter = NaN', "a number from 0 to 0.5", None),
    (HEAD + 'jitter = "10%"', 'route "a": jitter = "10%"', "a number from 0 to 0.5", True),
    (HEAD + "early_refresh = -1", 'route "a": early_refresh = -1', "a number from 0 to 10", True),
    (HEAD + "early_refresh = true", 'route "a": early_refresh = true', "a number from 0 to 10", True),
    (HEAD + "max_request_body = 1.5", 'route "a": max_request_body = 1.5', "number of bytes", True),
    (HEAD + "retries = 6", 'route "a": retries = 6', "not a whole number from 0 to 5", True),
    (HEAD + "retries = -1", 'route "a": retries = -1', "not a whole number from 0 to 5", True),
    (HEAD + "retries = true", 'route "a": retries = true', "not a whole number from 0 to 5", True),
    (HEAD + 'query_methods = "POST"', 'route "a": query_methods = "POST"', 'Write it in brackets: ["POST"]', True),
    (HEAD + 'query_methods = ["PUT"]', 'route "a": query_methods = ["PUT"]', '"PUT" is not a method for queries', True),
    (HEAD + 'query_methods = ["post"]', 'route "a": query_methods = ["post"]', "not a method for queries", True),
    (HEAD + 'query_methods = ["QUERY"]', 'route "a": query_methods = ["QUERY"]', "Leave it out", True),
    (HEAD + "query_body = true", 'route "a": query_body = true', 'Write { normalise = "json" }', True),
    (HEAD + 'query_body = { normalise = "xml" }', 'route "a": query_body.normalise = "xml"', "not one of", True),
    (HEAD + "query_body = { max_bytes = 0 }", 'route "a": query_body.max_bytes = 0', "of bytes from 1 upwards", True),
    (HEAD + "query_body = { maximum = 1 }", 'route "a": query_body', 'unknown key "maximum"', True),
    (
        HEAD + 'query_methods = ["POST"]\ntranscoding = { origin = "json", requests = "msgpack" }',
        'route "a"',
        'Write requests = "json" in "transcoding", or leave POST out',
        None,
    ),
    (HEAD + "circuit_breaker = true", 'route "a": circuit_breaker = true', "not a table", True),
    (HEAD + 'circuit_breaker = "off"', 'route "a": circuit_breaker = "off"', "or false", True),
    *(
        (HEAD + f"circuit_breaker = {{ {key} = {value} }}", f'route "a": circuit_breaker.{key} = {value}', told, True)
        for key, value, told in [
            ("failure_share", "0", "Write a number above 0, up to 1"),
            ("failure_share", "1.1", "Write a number above 0, up to 1"),
            ("failure_share", "true", "Write a number above 0, up to 1"),
            ("window", "0", "too short"),
            ("least_requests", "0", "not a whole number from 1 to 256"),
            ("least_requests", "true", "not a whole number from 1 to 256"),
            ("least_urls", "257", "not a whole number from 1 to 256"),
            ("open_for", "0", "too short"),
        ]
    ),
    (HEAD + "circuit_breaker = { failures = 3 }", 'route "a": circuit_breaker', 'unknown key "failures"', True),
    (HEAD + "[route.circuit_breaker]\nopen = 3", 'route "a": circuit_breaker', 'unknown key "open"', True),
    (HEAD + 'transcoding = { origin = "json" }\nlarge_bodies = "redirect"', 'route "a"', "would convert", False),
    (HEAD + "transcoding = 3", 'route "a": transcoding = 3', "not a table", True),
    (HEAD + "transcoding = {}", 'route "a": transcoding', 'no "origin"', True),
    (
        HEAD + 'transcoding = { origin = "xml" }',
        'route "a": transcoding.origin = "xml"',
        "not one of the choices",
        True,
    ),
    (HEAD + 'transcoding = { origin = "sealed" }', 'route "a": transcoding', 'no "origin_keys"', True),
    (
        HEAD + 'transcoding = { origin = "json", requests = "sealed" }',
        'route "a": transcoding',
        'no "origin_keys"',
        True,
    ),
    (
        HEAD + 'transcoding = { origin = "json", client_keys = "" }',
        'route "a": transcoding.client_keys = ""',
        "the name or ARN",
        True,
    ),
    (
        HEAD + 'transcoding = { origin = "json", client_keys = "${NOPE}" }',
        'route "a": transcoding.client_keys = "${NOPE}"',
        "the environment variable NOPE is not set, or",
        False,
    ),
    (
        HEAD + 'transcoding = { origin = "json", types = "a" }',
        'route "a": transcoding.types = "a"',
        "a list of names",
        True,
    ),
    (HEAD + 'transcoding = { origin = "json", keys = "a" }', 'route "a": transcoding', 'unknown key "keys"', True),
    (HEAD + "show_key = 1", 'route "a": show_key = 1', "true or false", True),
    (HEAD + "large_bodies = true", 'route "a": large_bodies = true', "not one of the choices", True),
    (HEAD + 'compress = "gzip"', 'route "a": compress = "gzip"', "true or false", True),
    (
        HEAD + 'compress = { min_bytes = "4k" }',
        'route "a": compress.min_bytes = "4k"',
        "Write digits, without quotes and units",
        True,
    ),
    (HEAD + "compress = { min_bytes = 0 }", 'route "a": compress.min_bytes = 0', "not a whole number of bytes", True),
    (HEAD + 'compress = { types = "a/b" }', 'route "a": compress.types = "a/b"', "a list of names", True),
    (
        HEAD + 'compress = { types = ["text/*"] }',
        'route "a": compress.types = ["text/*"]',
        '"text/*" is not a media type',
        True,
    ),
    (
        HEAD + 'compress = { types = ["a/b;c=d"] }',
        'route "a": compress.types = ["a/b;c=d"]',
        "Write its name alone",
        True,
    ),
    (HEAD + "compress = { level = 9 }", 'route "a": compress', 'unknown key "level"', True),
    (HEAD + 'query = { keep = ["a"], dorp = ["utm_*"] }', 'route "a": query', 'unknown key "dorp"', True),
    (HEAD + "negative_lifetimes = 3", 'route "a": negative_lifetimes = 3', "not a table", True),
    (
        HEAD + "negative_lifetimes = { 200 = 3 }",
        'route "a": negative_lifetimes',
        '"200" is not a status from 300 to 599',
        True,
    ),
    (HEAD + 'negative_lifetimes = { 404 = "x" }', 'route "a": negative_lifetimes.404 = "x"', "not a duration", True),
    (HEAD + "key_headers = 3", 'route "a": key_headers = 3', "a list of names", True),
    (HEAD + 'key_headers = ["a b"]', 'route "a": key_headers = ["a b"]', "letters, digits", True),
    (HEAD + 'set_cookie = "always"', 'route "a": set_cookie = "always"', '"shared", "strip"', True),
    (HEAD + "[route.query]\nsort = 3", 'route "a": query.sort = 3', "not a boolean", True),
    (HEAD + "new_keys_per_minute = 0", 'route "a": new_keys_per_minute = 0', "not a whole number from 1 upwards", True),
    (HEAD + "new_keys_per_minute = true", 'route "a": new_keys_per_minute = true', "a whole number", True),
    (HEAD + "new_keys_per_minute = 1.5", 'route "a": new_keys_per_minute = 1.5', "a whole number", True),
    (HEAD + "max_variants = 1", 'route "a": max_variants = 1', "not a whole number from 2 upwards", True),
    (HEAD + "tenant = 3", 'route "a": tenant = 3', '"claim:NAME", "lambda:NAME"', True),
    (HEAD + '  tenant = "claim:"', 'route "a": tenant = "claim:"', '"claim:NAME"', True),
    (HEAD + 'tenant = "iam:nobody"', 'route "a": tenant = "iam:nobody"', '"iam:account"', True),
    (HEAD + 'tenant = "header:a b"', 'route "a": tenant = "header:a b"', '"header:NAME"', True),
    (HEAD + 'tenant = "cookie:a"', 'route "a": tenant = "cookie:a"', '"claim:NAME"', True),
    (HEAD + "query = 3", 'route "a": query = 3', "not a table", True),
    (HEAD + 'forward_headers = "some"', 'route "a": forward_headers = "some"', "not a list of header names", True),
    (HEAD + 'forward_headers = ["a b"]', 'route "a": forward_headers = ["a b"]', "letters, digits", True),
    (HEAD + 'key_headers = ["CDN-Loop"]', 'route "a": key_headers = ["CDN-Loop"]', "never selects a response", False),
    (HEAD + 'forward_headers = ["Host"]', 'route "a": forward_headers = ["Host"]', "never forwarded", False),
    *(
        (HEAD + f'public_url = "{url}"', f'route "a": public_url = "{url}"', "not the public URL", None)
        for url in ("api.example", "ftp://a.test", "https://", "https://a.test?b", "https://a.test/#", "https://a b")
    ),
    (HEAD + 'public_url = "https://u:p@a.test"', 'route "a": public_url = "https://...a.test"', "not the public", None),
    (HEAD + 'public_url = "https://a.test/.."', 'route "a": public_url = "https://a.test/.."', "segment", None),
    (HEAD + "public_url = true", 'route "a": public_url = true', "not a text. Write a URL", True),
    (HEAD + "preserve_host = true", 'route "a"', '"preserve_host" needs the public host', None),
    (
        HEAD + 'forward_headers = ["X-Forwarded-For"]',
        'route "a"',
        '"x-forwarded-for" in "forward_headers" would be the client\'s',
        None,
    ),
    (HEAD + 'key_headers = ["Forwarded"]', 'route "a"', "trust_forwarded = true", None),
    (HEAD + "cache_preflights = 1", 'route "a": cache_preflights = 1', "true or false", True),
    (HEAD.replace('"a"', '"A"'), 'route "A": name = "A"', "lower-case", True),
    (HEAD.replace("/a", "a"), 'route "a": prefix = "a"', "not a path prefix", True),
    (HEAD.replace("/a", "/a/"), 'route "a": prefix = "/a/"', "not a path prefix", True),
    (HEAD.replace("/a", "/_brine"), 'route "a": prefix = "/_brine"', "a path of the admin API. Choose", False),
    (HEAD.replace("/a", "/%5Fbrine/x"), 'route "a": prefix = "/%5Fbrine/x"', "a path of the admin API. Choose", False),
    (HEAD.replace("/a", "/a//b"), 'route "a": prefix = "/a//b"', '"//"', True),
    (HEAD.replace("/a", "/a?b"), 'route "a": prefix = "/a?b"', '"?"', True),
    *((HEAD.replace("/a", f"/a/{path}"), f'route "a": prefix = "/a/{path}"', "segment", False) for path in CLIMBING),
    (HEAD.replace('"http://a.test"', "3"), 'route "a": origin = 3', "not a text", True),
    (HEAD.replace("http://", "ftp://"), 'route "a": origin = "ftp://a.test"', "http or https", False),
    (HEAD.replace("http://a.test", "http://"), 'route "a": origin = "http://"', "with a host", False),
    (HEAD.replace("a.test", "a.test/b c"), 'route "a": origin = "http://a.test/b c"', "without blanks", False),
    (HEAD.replace("a.test", "a.test/b\\\\c"), 'route "a": origin = "http://a.test/b\\\\c"', "backslashes", False),
    *(
        (HEAD.replace("a.test", f"a.test/{path}"), f'route "a": origin = "http://a.test/{path}"', "segment", False)
        for path in CLIMBING
    ),
    (HEAD.replace("a.test", "a.test/#"), 'route "a": origin = "http://a.test/#"', "fragment", False),
    (HEAD.replace("a.test", "a.test/?"), 'route "a": origin = "http://a.test/?"', "query", False),
    (HEAD.replace("a.test", "a.test:99999"), 'route "a": origin = "http://a.test:99999"', "not a URL", False),
    (
        HEAD.replace("a.test", "u:p@a.test"),
        'route "a": origin = "http://...a.test"',
        "a URL with a user, query or fragment",
        False,
    ),
    (
        HEAD.replace("a.test", "a.test?x"),
        'route "a": origin = "http://a.test?x"',
        "a URL with a user, query or fragment",
        False,
    ),
    (
        HEAD.replace("a.test", "${NOPE}"),
        'route "a": origin = "http://${NOPE}"',
        "the environment variable NOPE is not set, or",
        False,
    ),
    (HEAD + HEAD.replace('"/a"', '"/b"'), 'route 2: name = "a"', "route 1 has the same", False),
    (HEAD + HEAD.replace('"a"', '"b"'), 'route 2: prefix = "/a"', 'route "a" has the same', False),
]


@pytest.mark.parametrize(
    "text",
    [
        HEAD.replace("http://a.test", "${EMPTY}"),
        HEAD.replace("a.test", "${EMPTY}.test"),
        HEAD + 'transcoding = { origin = "sealed", origin_keys = "${EMPTY}" }',
    ],
)
def test_an_empty_variable_is_as_good_as_none(text: str) -> None:
    """The function reports it at its start, and not at the first request that needs the secret."""
    with pytest.raises(ConfigError, match="the environment variable EMPTY is not set, or is empty"):
        parse_routes(text, {"EMPTY": ""})


@pytest.mark.parametrize(("text", "place", "words", "schema_sees"), BAD)
def test_a_mistake_is_named_with_its_table_key_and_value(
    text: str, place: str, words: str, schema_sees: bool | None
) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_routes(text, {}, source="r.toml")
    message = str(caught.value)
    assert message.startswith(f"r.toml: {place}: " if place else "r.toml: ")
    assert words in message
    if schema_sees is not None:
        assert jsonschema.Draft202012Validator(SCHEMA).is_valid(tomllib.loads(text)) is not schema_sees


@pytest.mark.parametrize(
    "origin",
    ["http://u:hush@a b.test", "http://a.test:hush", "http://[hush", "ftp://hush.test", "http://u:hush@a.test", "hush"],
)
def test_no_message_shows_what_a_variable_holds(origin: str) -> None:
    text = HEAD.replace("http://a.test", "${SECRET}")
    with pytest.raises(ConfigError) as caught:
        parse_routes(text, {"SECRET": origin}, source="r.toml")
    assert "hush" not in "".join(traceback.format_exception(caught.value))
