"""The twin's own pages: a table of path prefixes below /_brine/, which other sites cannot read."""

from __future__ import annotations

import pytest

from brine_cli.http.messages import HttpRequest, HttpResponse
from brine_cli.http.pages import Pages

REQUEST = HttpRequest(method="GET", target=b"/", headers=(), body=b"", client="127.0.0.1")


def named(name: str) -> HttpResponse:
    return HttpResponse(status=200, body=name.encode())


PAGES = Pages(
    {
        "/_brine/": lambda _: named("console"),
        "/_brine/events": lambda _: named("events"),
        "/_brine/stored": lambda _: named("stored"),
        "/_brine/stored/one": lambda _: named("one"),
    }
)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/_brine/", b"console"),
        ("/_brine/other", b"console"),
        ("/_brine/events", b"events"),
        ("/_brine/eventsource", b"console"),
        ("/_brine/stored", b"stored"),
        ("/_brine/stored/7", b"stored"),
        ("/_brine/stored/one/7", b"one"),
    ],
)
def test_the_longest_prefix_answers(path: str, name: bytes) -> None:
    page = PAGES.find(path)
    assert page is not None
    assert page(REQUEST).body == name


@pytest.mark.parametrize("path", ["/", "/_brin", "/_brinex", "/x/_brine/", "/_BRINE/", ""])
def test_other_paths_are_those_of_functions(path: str) -> None:
    assert PAGES.find(path) is None


def test_a_path_without_a_page_names_the_pages() -> None:
    pages = Pages({"/_brine/events": lambda _: named("events")})
    for path in ("/_brine", "/_brine/", "/_brine/x"):
        page = pages.find(path)
        assert page is not None
        answer = page(REQUEST)
        assert answer.status == 404
        assert b"Its pages: /_brine/events" in answer.body


def test_no_other_site_may_show_or_read_a_page_and_a_page_may_have_a_policy_of_its_own() -> None:
    own = (b"Content-Security-Policy", b"default-src 'self'")
    pages = Pages({"/_brine/": lambda _: HttpResponse(status=200, headers=(own,))})
    page = pages.find("/_brine/")
    assert page is not None
    headers = page(REQUEST).headers
    assert own in headers
    assert {name.lower() for name, _ in headers} == {
        b"cache-control",
        b"content-security-policy",
        b"cross-origin-resource-policy",
        b"x-content-type-options",
    }
    assert not any(name.startswith(b"access-control") for name, _ in headers)
