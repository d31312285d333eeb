from __future__ import annotations

import pytest

from brine.domain.http.cache_control import parse_directives, parse_request_directives, parse_response_directives
from brine.domain.http.fields import Fields


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("max-age=60", 60),
        ("MaX-aGe=60", 60),
        ("foobar, max-age=60, x=y", 60),
        ('max-age="60"', 60),
        ("max-age=0060", 60),
        ("max-age=99999999999", 2**31),
        ("max-age=60, max-age=60", 60),
        ('extension="max-age=100", max-age=1', 1),
        ('max-age=1, extension="max-age=100"', 1),
        ('extension="a, max-age=100"', None),
        ("no-store", None),
        ("xmax-age=60", None),
        # an invalid value means stale
        ("max-age", 0),
        ("max-age=", 0),
        ("max-age=-60", 0),
        ("max-age=a60", 0),
        ("max-age=60a", 0),
        ("max-age=60.0", 0),
        ("max-age='60'", 0),
        ("max-age =60", 0),
        ("max-age= 60", 0),
        ("max-age=60;", 0),
        ("max-age=60 s-maxage=5", 0),
        ("max-age=60, max-age=1", 0),
        ("max-age=1, max-age=60", 0),
        ('max-age=60, extension="never closed', 0),
        ('extension="never closed, max-age=60', 0),
    ],
)
def test_seconds(text: str, seconds: int | None) -> None:
    assert parse_directives(text).seconds("max-age") == seconds


def test_an_open_quote_hides_no_restriction() -> None:
    directives = parse_directives('a="x, no-store, private')
    assert directives.restricts("no-store")
    assert directives.restricts_all("private")


@pytest.mark.parametrize(
    ("text", "whole", "names"),
    [
        ("private", True, set()),
        ('private="a"', False, {"a"}),
        ('PRIVATE="Set-Cookie, X-A"', False, {"set-cookie", "x-a"}),
        ("private=a", True, set()),
        ('private="a", private', True, {"a"}),
        ('private="a", private="b"', False, {"a", "b"}),
        ('private=""', True, set()),
        ("private=", True, set()),
        ('private=" , "', True, set()),
        ('private="a b"', True, set()),
        ('private="*"', True, set()),
        ("public", False, set()),
    ],
)
def test_directives_limited_to_fields(text: str, whole: bool, names: set[str]) -> None:
    directives = parse_directives(text)
    assert directives.restricts_all("private") is whole
    assert directives.limited_to == names


def test_lines_are_one_list() -> None:
    fields = Fields([("Cache-Control", "max-age=1"), ("cache-control", "s-maxage=2")])
    directives = parse_response_directives(fields)
    assert (directives.seconds("max-age"), directives.seconds("s-maxage")) == (1, 2)


@pytest.mark.parametrize(
    ("targeted", "seconds", "overrides"),
    [
        ("max-age=10", 10, True),
        ("max-age=10;x=1, foobar", 10, True),
        ("max-age=99999999999", 2**31, True),
        ("no-store", None, True),
        ("foobar", None, True),
        # of the wrong type: not understood, so stale, but still the field that counts
        ('max-age="10"', 0, True),
        ("max-age=10.5", 0, True),
        ("max-age", 0, True),
        ("max-age=(10)", 0, True),
        ("max-age=-10", 0, True),
        # not a structured field, or empty: as if it were not there
        ("max-age=10, &&&", 600, False),
        ("MaX-aGe=10", 600, False),
        ("max-age =10", 600, False),
        ("max-age= 10", 600, False),
        ("", 600, False),
    ],
)
def test_cdn_cache_control(targeted: str, seconds: int | None, overrides: bool) -> None:
    directives = parse_response_directives(Fields([("Cache-Control", "max-age=600"), ("CDN-Cache-Control", targeted)]))
    assert (directives.seconds("max-age"), directives.targeted) == (seconds, overrides)


def test_cdn_cache_control_with_names_and_odd_values() -> None:
    directives = parse_response_directives(Fields([("CDN-Cache-Control", 'private="a, b", no-cache=x, no-store=?0')]))
    assert not directives.restricts_all("private")
    assert directives.limited_to == {"a", "b"}
    assert directives.restricts_all("no-cache")
    assert directives.restricts("no-store")
    assert parse_response_directives(Fields([("CDN-Cache-Control", "private=?0")])).restricts_all("private")


def test_lines_of_cdn_cache_control_are_one_dictionary() -> None:
    fields = Fields([("CDN-Cache-Control", "max-age=1"), ("CDN-Cache-Control", "max-age=2")])
    assert parse_response_directives(fields).seconds("max-age") == 2


def test_pragma_means_nothing() -> None:
    assert not parse_request_directives(Fields([("Pragma", "no-cache")]))
    assert not parse_response_directives(Fields([("Pragma", "no-cache")]))
