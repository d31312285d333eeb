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


SITE, ORIGIN, HOST = b"sec-fetch-site", b"origin", (b"host", b"127.0.0.1:3000")
OPENS = ((b"sec-fetch-mode", b"navigate"), (b"sec-fetch-dest", b"document"))


@pytest.mark.parametrize(
    ("method", "lines", "status"),
    [
        ("POST", (HOST,), 200),  # a program
        ("GET", (HOST, (SITE, b"none")), 200),  # a person typed the address
        ("POST", (HOST, (SITE, b"same-origin"), (ORIGIN, b"http://127.0.0.1:3000")), 200),  # the console
        ("POST", (HOST, (ORIGIN, b"http://127.0.0.1:3000")), 200),  # the console in a browser without Sec-Fetch-Site
        ("POST", ((b"host", b"[::1]:3000"), (ORIGIN, b"HTTP://[::1]:3000")), 200),
        ("POST", ((b"host", b"localhost:3000"), (SITE, b"same-origin"), (ORIGIN, b"https://tunnel.test")), 200),
        ("GET", (HOST, (SITE, b"cross-site"), *OPENS), 200),  # a link
        ("POST", (HOST, (SITE, b"cross-site"), *OPENS), 403),  # a form
        ("POST", (HOST, (SITE, b"same-site"), (ORIGIN, b"http://127.0.0.1:8000")), 403),
        ("GET", (HOST, (SITE, b"same-site")), 403),
        ("GET", (HOST, (SITE, b"cross-site")), 403),
        ("GET", (HOST, (SITE, b"same-origin"), (SITE, b"cross-site")), 403),
        ("POST", (HOST, (ORIGIN, b"http://127.0.0.1:8000")), 403),
        ("POST", (HOST, (ORIGIN, b"http://localhost:3000")), 403),
        ("POST", (HOST, (ORIGIN, b"null")), 403),
    ],
)
def test_only_the_console_and_programs_are_answered(
    method: str, lines: tuple[tuple[bytes, bytes], ...], status: int
) -> None:
    request = HttpRequest(method=method, target=b"/_brine/stored", headers=lines, body=b"", client="127.0.0.1")
    page = PAGES.find("/_brine/stored")
    assert page is not None
    answer = page(request)
    assert answer.status == status
    assert (answer.body == b"stored") == (status == 200)
