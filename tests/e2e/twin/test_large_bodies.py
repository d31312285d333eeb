"""A body that Lambda cannot return, over real HTTP: clients follow a redirect to the bucket like any other."""

from __future__ import annotations

import random
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest

from brine_cli.http.listener import listen, url_of
from brine_cli.http.messages import HttpResponse
from brine_cli.http.server import HttpServer
from brine_cli.twin import Twin
from tests.e2e.twin.test_gateway import TEMPLATE
from tests.support.gateway.codings import decoded
from tests.support.links import followed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from brine_cli.http.messages import HttpRequest

ROUTES = """
[[route]]
name = "{name}"
prefix = "/{name}"
origin = "{origin}"
large_bodies = "{name}"
"""
LARGE = random.Random(3).randbytes(5_000_000)  # 6.7 MB as base64  # noqa: S311  (no secret)

WORDS = b"".join(b"Row %d of a table that no answer of Lambda could carry as it is.\n" % row for row in range(150_000))


def origin(asked: HttpRequest) -> HttpResponse:
    if asked.target == b"/words":
        headers = ((b"cache-control", b"max-age=600"), (b"content-type", b"text/plain"), (b"etag", b'"2"'))
        return HttpResponse(status=200, headers=headers, body=WORDS)
    lasting = b"private" if asked.target == b"/private" else b"max-age=600"
    media = b"text/html" if asked.target == b"/page" else b"video/mp4"
    headers = ((b"cache-control", lasting), (b"content-type", media), (b"etag", b'"1"'))
    return HttpResponse(status=200, headers=headers, body=LARGE)


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    listener = listen("127.0.0.1", 0)
    routes: Path = tmp_path_factory.mktemp("routes") / "routes.toml"
    routes.write_text("".join(ROUTES.format(name=name, origin=url_of(listener)) for name in ("redirect", "refuse")))
    with HttpServer(listener, origin), Twin(template=TEMPLATE, routes=routes) as running:
        yield running


class Staying(urllib.request.HTTPRedirectHandler):
    """A handler that follows no redirect."""

    def redirect_request(self, *_: object) -> None:
        return None


def test_the_body_comes_whole_or_in_part(twin: Twin) -> None:
    url = f"{twin.url}/redirect/film"
    for _ in range(2):
        got = followed(url)
        assert (got.status, got.fields.get("content-type"), got.body == LARGE) == (200, "video/mp4", True)
    part = followed(url, range="bytes=1000000-1000009")
    assert (part.status, part.body) == (206, LARGE[1_000_000:1_000_010])


def test_a_page_of_the_origin_is_no_page_of_the_bucket(twin: Twin) -> None:
    for _ in range(2):  # a miss, and a hit
        got = followed(f"{twin.url}/redirect/page")
        assert (got.status, got.body == LARGE) == (200, True)
        assert got.fields.get("content-type") == "application/octet-stream"
        assert got.fields.get("content-disposition") == "attachment"


def test_the_way_there_explains_itself(twin: Twin) -> None:
    url = f"{twin.url}/redirect/other"
    opener = urllib.request.build_opener(Staying)
    stories = []
    for _ in range(2):
        with pytest.raises(urllib.error.HTTPError) as raised:
            opener.open(url, timeout=30)
        with raised.value as answer:
            assert (answer.code, answer.headers["cache-control"]) == (307, "no-store")
            stories.append(answer.headers["cache-status"])
    assert stories[0] == "brine; fwd=uri-miss; fwd-status=200; stored; ttl=600"
    assert stories[1].startswith("brine; hit; ttl=")


def test_a_request_without_a_body_in_its_answer_is_not_redirected(twin: Twin) -> None:
    url = f"{twin.url}/redirect/film"
    assert followed(url).status == 200
    assert followed(url, if_none_match='"1"').status == 304


@pytest.mark.parametrize("path", ["/refuse/film", "/redirect/private"])
def test_a_large_body_without_a_link_is_a_problem(twin: Twin, path: str) -> None:
    got = followed(twin.url + path)
    assert (got.status, b"answer-too-large" in got.body) == (501, True)


@pytest.mark.parametrize("accepted", ["gzip", "br", "zstd", "gzip;q=0.1, identity"])
def test_a_large_text_is_answered_compressed(twin: Twin, accepted: str) -> None:
    assert len(WORDS) > 9_000_000
    coding = accepted.partition(";")[0]
    for _ in range(2):  # a miss, and a hit
        got = followed(f"{twin.url}/refuse/words", accept_encoding=accepted)
        assert (got.status, got.fields.get("content-encoding")) == (200, coding)
        assert got.fields.get("etag") == f'W/"2~{coding}"'
        assert len(got.body) < 4_000_000
        assert decoded(coding, got.body) == WORDS
        tag = got.fields.get("etag", "")
        assert followed(f"{twin.url}/refuse/words", accept_encoding=accepted, if_none_match=tag).status == 304


def test_without_a_coding_a_large_text_does_not_fit(twin: Twin) -> None:
    assert followed(f"{twin.url}/refuse/words").status == 501


def test_a_range_gets_as_much_as_fits(twin: Twin) -> None:
    body = b""
    for size in (4_669_515, len(LARGE) - 4_669_515):
        got = followed(f"{twin.url}/refuse/clip", range=f"bytes={len(body)}-")
        assert (got.status, len(got.body)) == (206, size)
        body += got.body
    assert body == LARGE
