"""Addresses of origins as clients get them, and public ones as origins' targets."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine.domain.http.fields import Fields
from brine.domain.routing.addresses import ADDRESS_FIELDS, Addresses
from brine.domain.routing.front_door import PublicAddress
from brine.domain.routing.origin import OriginAddress
from brine.domain.routing.route import Route
from brine.domain.routing.uri_reference import parse_reference, resolved_path
from brine.service.http_cache import public_answer

ORIGIN = OriginAddress("http", "origin.test", 8000)
ROUTE = Route(name="r", prefix="/shop", origin=ORIGIN, base_path="/v2")
PUBLIC = PublicAddress("https", "api.example")
STAGE = PublicAddress("https", "x.execute-api.test", "/prod")
AT = "/v2/items/7"
"""The path of the request at the origin; the client asked for /shop/items/7."""


def public(reference: str, *, route: Route = ROUTE, at: PublicAddress = PUBLIC, path: str = AT) -> str:
    return Addresses(route, at).public_reference(reference, path)


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("http://origin.test:8000/v2/x", "https://api.example/shop/x"),
        ("HTTP://ORIGIN.test:8000/v2/x?a=%2f&b#c?d", "https://api.example/shop/x?a=%2f&b#c?d"),
        ("http://origin.test:8000/v2", "https://api.example/shop"),
        ("http://origin.test:8000/v2?q", "https://api.example/shop?q"),
        ("http://origin.test:8000/v2/%2e%2E%2f/%c3%a4", "https://api.example/shop/%2e%2E%2f/%c3%a4"),
        ("//origin.test:8000/v2/x", "//api.example/shop/x"),
        ("https://origin.test:8000/v2/x", "https://api.example/shop/x"),
        ("/v2/x?y#z", "/shop/x?y#z"),
        ("/v2", "/shop"),
        ("/v2/a/../b/./c/..", "/shop/b/"),
        ("http://origin.test:8000/shop/x", "https://api.example/shop/x"),
        ("/shop/x", "/shop/x"),
        ("https://api.example/shop/x", "https://api.example/shop/x"),
        ("http://api.example/shop/x", "https://api.example/shop/x"),
    ],
)
def test_what_leads_into_the_base_of_the_origin_leads_below_the_prefix(reference: str, expected: str) -> None:
    assert public(reference) == expected


@pytest.mark.parametrize(
    "reference",
    [
        "http://other.test/v2/x",
        "//other.test/v2/x",
        "http://origin.test/v2/x",
        "http://origin.test:8001/v2/x",
        "http://origin.test:8000.evil.test/v2/x",
        "http://origin.test:8000@evil.test/v2/x",
        "http://user@origin.test:8000/v2/x",
        "http://evil.test\\@origin.test:8000/v2/x",
        "http://origin.test:8000\\v2/x",
        "http://[origin.test]:8000:1/v2/x",
        "ftp://origin.test:8000/v2/x",
        "http:/v2/x",
        "mailto:a@origin.test",
        "data:,x",
        "/v2x/y",
        "/v20",
        "/",
        "/V2/x",
        "/v2/../x",
        "http://origin.test:8000/v2/../x",
        "http://origin.test:8000",
        "https://api.example/x",
        "https://api.example/v2/x",
        "",
        "#top",
        "?page=2",
        "8",
        "./8?x#y",
        "../items",
        "../",
        "..",
    ],
)
def test_all_else_is_unchanged(reference: str) -> None:
    assert public(reference) == reference


@pytest.mark.parametrize(
    ("path", "reference", "expected"),
    [
        ("/v2", "items", "items"),  # leads out of the base, to /items
        ("/v2", "v2/items", "/shop/items"),
        ("/v2/", "items", "items"),
        ("/v2/x", "../v2/y", "/shop/y"),
        ("/v2/x", "../y", "../y"),
    ],
)
def test_a_relative_path_is_rewritten_if_the_client_would_resolve_it_elsewhere(
    path: str, reference: str, expected: str
) -> None:
    assert public(reference, path=path) == expected


def test_the_root_of_an_origin_is_the_prefix_with_or_without_a_slash() -> None:
    at_root = replace(ROUTE, base_path="")
    assert public("login", route=at_root, path="/") == "/shop/login"
    assert public("login", route=at_root, path="/a/b") == "login"
    assert public("/", route=at_root) == "/shop/"
    assert public("http://origin.test:8000", route=at_root) == "https://api.example/shop/"
    assert public("?page=2", route=at_root, path="/") == "?page=2"


def test_an_origin_at_the_root_may_know_the_prefix() -> None:
    at_root = replace(ROUTE, base_path="")
    assert public("/shop/x", route=at_root) == "/shop/x"
    assert public("http://origin.test:8000/shop/x", route=at_root) == "https://api.example/shop/x"
    assert public("/shopping", route=at_root) == "/shop/shopping"


def test_a_route_of_all_paths() -> None:
    everything = replace(ROUTE, prefix="/")
    assert public("/v2/x", route=everything) == "/x"
    assert public("http://origin.test:8000/v2", route=everything) == "https://api.example/"
    assert public("/x", route=everything) == "/x"
    assert public("http://origin.test:8000/x", route=everything) == "http://origin.test:8000/x"


def test_a_stage_is_in_front_of_the_prefix() -> None:
    assert public("/v2/x", at=STAGE) == "/prod/shop/x"
    assert public("http://origin.test:8000/v2/x", at=STAGE) == "https://x.execute-api.test/prod/shop/x"
    assert public("/shop/x", at=STAGE) == "/prod/shop/x"
    assert public("/prod/shop/x", at=STAGE) == "/prod/shop/x"
    assert public("8", at=STAGE) == "8"


def test_an_unknown_public_host_leaves_the_path() -> None:
    unknown = PublicAddress("https", "")
    assert public("http://origin.test:8000/v2/x?y", at=unknown) == "/shop/x?y"
    assert public("//origin.test:8000/v2/x", at=unknown) == "/shop/x"


def test_a_path_never_becomes_a_host() -> None:
    everything = replace(ROUTE, prefix="/")
    assert public("/v2//evil.test/x", route=everything) == "/.//evil.test/x"
    assert public("/v2/\\evil.test/x", route=everything) == "/./\\evil.test/x"
    assert public("http://origin.test:8000/v2//evil.test", route=everything) == "https://api.example//evil.test"


def test_an_origin_that_is_told_the_public_host_may_use_it_with_its_own_paths() -> None:
    told = replace(ROUTE, public_url=PUBLIC)
    assert public("http://api.example/v2/x", route=told) == "https://api.example/shop/x"
    assert public("https://api.example/shop/x", route=told) == "https://api.example/shop/x"
    assert public("https://api.example/other/x", route=told) == "https://api.example/other/x"


def test_default_ports_are_equal_for_http_and_https() -> None:
    secure = replace(ROUTE, origin=OriginAddress("https", "::1", 443))
    for reference in ("https://[::1]/v2/x", "http://[::1]/v2/x", "https://[::1]:443/v2/x", "http://[::1]:80/v2/x"):
        assert public(reference, route=secure) == "https://api.example/shop/x"
    assert public("https://[::1]:8443/v2/x", route=secure) == "https://[::1]:8443/v2/x"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("location", " /v2/x ", "/shop/x"),
        ("content-location", "/v2/x", "/shop/x"),
        (
            "link",
            '<http://origin.test:8000/v2/a?p=2>; rel="next", </v2/b>;rel=prev',
            '<https://api.example/shop/a?p=2>; rel="next", </shop/b>;rel=prev',
        ),
        ("link", '<x>; anchor="/v2/y"; rel=a', '<x>; anchor="/shop/y"; rel=a'),
        ("link", "<x>;ANCHOR=/v2/y", '<x>;ANCHOR="/shop/y"'),
        ("link", '<x>; title="</v2/y>; anchor=\\"/v2/z\\", <"', '<x>; title="</v2/y>; anchor=\\"/v2/z\\", <"'),
        ("link", '</v2/a,b;c>; rel="</v2/d>"', '</shop/a,b;c>; rel="</v2/d>"'),
        ("link", '<x>; title="open </v2/y>', '<x>; title="open </v2/y>'),
        ("refresh", "5; url=/v2/x", "5; url=/shop/x"),
        ("refresh", '0;URL="http://origin.test:8000/v2/x"', '0;URL="https://api.example/shop/x"'),
        ("refresh", "1.5 , url = '/v2/x' ", "1.5 , url = '/shop/x' "),
        ("refresh", "5", "5"),
        ("refresh", "url=/v2/x", "url=/v2/x"),
        ("x-location", "/v2/x", "/v2/x"),
    ],
)
def test_the_four_fields_are_mapped(name: str, value: str, expected: str) -> None:
    fields = Fields([("a", "b"), (name, value), ("c", "d")])
    assert Addresses(ROUTE, PUBLIC).public_fields(fields, AT).lines == (("a", "b"), (name, expected), ("c", "d"))


def test_the_service_knows_the_names_of_the_four_fields() -> None:
    assert public_answer.ADDRESS_FIELDS == ADDRESS_FIELDS


@pytest.mark.parametrize("text", ["<" * 60_000, '"\\' * 30_000, '"' * 60_001, ";anchor=" * 8_000, "; \t" * 20_000])
def test_a_hostile_link_takes_no_longer_than_its_length_asks(text: str) -> None:
    began = time.process_time()
    Addresses(ROUTE, PUBLIC).public_fields(Fields([("link", text)]), AT)
    assert time.process_time() - began < 5  # a quadratic search takes minutes


@pytest.mark.parametrize(
    ("reference", "target"),
    [
        ("https://api.example/shop/x?y#z", "/v2/x?y"),
        ("http://api.example:80/shop", "/v2"),
        ("//api.example/shop/x?", "/v2/x"),
        ("/shop/x", "/v2/x"),
        ("http://origin.test:8000/shop/x", "/v2/x"),
        ("https://api.example/other/x", None),
        ("https://evil.test/shop/x", None),
        ("/v2/x", None),
        ("x", None),
        ("mailto:x", None),
    ],
)
def test_a_public_name_gives_the_target_at_the_origin(reference: str, target: str | None) -> None:
    assert Addresses(ROUTE, PUBLIC).origin_target(reference, AT) == target


SEGMENT = st.text("ab.%2f~!$&'()*+,;=:@/", max_size=8)
PATH = st.lists(SEGMENT, max_size=4).map(lambda parts: "".join(f"/{part}" for part in parts))
REST = st.tuples(PATH, st.sampled_from(["", "?", "?a=%2F&b=/", "#f", "?x#y?z"])).map("".join)
PREFIX = st.sampled_from(["/", "/shop", "/a/b", "/v2"])
BASE = st.sampled_from(["", "/v2", "/v2/api", "/shop"])
ADDRESS = st.sampled_from([PUBLIC, STAGE, PublicAddress("http", "127.0.0.1:3000")])


@pytest.mark.parametrize("path", ["/v2//evil.test", "/v2/\\evil.test", "/v2/\t/evil.test", "/v2/\t\\evil.test"])
def test_no_path_becomes_a_host_when_the_base_of_the_origin_is_removed(path: str) -> None:
    at_root = replace(ROUTE, prefix="/")
    assert public(path, route=at_root) == f"/.{path.removeprefix('/v2')}"


@given(rest=REST, prefix=PREFIX, base=BASE, address=ADDRESS)
def test_a_mapped_address_leads_back_to_the_same_target(
    rest: str, prefix: str, base: str, address: PublicAddress
) -> None:
    """What the gateway would ask the origin for, if the client followed it, is what the origin named."""
    route = replace(ROUTE, prefix=prefix, base_path=base)
    path, mark, query = rest.partition("#")[0].partition("?")
    named = resolved_path("/", (base + path) or "/")
    below = route.prefix if route.prefix != "/" else ""
    if not (named == base or named.startswith(base + "/")) or (below and (named + "/").startswith(below + "/")):
        return  # elsewhere, or an address that is public already
    mapped = Addresses(route, address).public_reference(f"http://origin.test:8000{base}{rest}", "/")
    reference = parse_reference(mapped)
    assert (reference.scheme, reference.authority) == (address.scheme, address.authority)
    begin = address.base + below
    assert reference.path.startswith(begin)
    asked = (base + reference.path[len(begin) :]) or "/"
    if not begin and named == base:  # the path of a URL is never empty
        asked = asked.removesuffix("/")
    assert (asked, reference.query) == (named, mark + query)
    assert Addresses(route, address).public_reference(mapped, "/") == mapped


@given(text=st.text("abc/.:?#@[]\\%<>\"' http", max_size=30), path=PATH, prefix=PREFIX, base=BASE, address=ADDRESS)
def test_no_reference_breaks_it_or_gets_a_third_host(
    text: str, path: str, prefix: str, base: str, address: PublicAddress
) -> None:
    route = replace(ROUTE, prefix=prefix, base_path=base)
    mapped = Addresses(route, address).public_reference(text, base + path or "/")
    Addresses(route, address).origin_target(text, base + path or "/")
    if mapped != text:
        assert parse_reference(mapped).authority in {None, address.authority}
        assert not mapped.startswith(("//", "/\\")) or mapped.startswith(f"//{address.authority}")
