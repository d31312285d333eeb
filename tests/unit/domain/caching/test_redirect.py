"""Which requests are redirected to the stored body, and with which fields."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from brine.domain.bodies.stored_body import BodyReference
from brine.domain.caching.redirect import download_fields, is_redirected, redirection
from tests.support.gateway.miniature import request, stored_response

if TYPE_CHECKING:
    from brine.domain.http.messages import Request
    from tests.support.gateway.miniature import Header

TAG: Header = ("ETag", '"1"')
LARGE = replace(stored_response(TAG), body=BodyReference(b"d" * 32, 1_000))


@pytest.mark.parametrize(
    ("asked", "is_sent_there"),
    [
        (request(), True),
        (request(("Range", "bytes=0-9")), True),
        (request(("Range", "bytes=0-9"), ("If-Range", '"1"')), True),
        (request(("If-None-Match", '"2"')), True),
        (request(("If-None-Match", '"1"')), False),
        (request(("Range", "bytes=1000-")), False),
        (request(method="HEAD"), False),
        (request(method="POST"), False),
    ],
    ids=["whole", "part", "part if unchanged", "changed", "not modified", "unsatisfiable", "head", "post"],
)
def test_only_a_request_that_needs_the_body_is_redirected(asked: Request, is_sent_there: bool) -> None:
    assert is_redirected(LARGE, asked, 999) is is_sent_there


def test_only_for_what_no_answer_can_carry() -> None:
    assert not is_redirected(LARGE, request(), 1_000)
    assert is_redirected(replace(LARGE, body=b"x" * 1_000), request(), 999)


@pytest.mark.parametrize("status", [203, 206, 404, 500])
def test_only_for_a_plain_success(status: int) -> None:
    """The store answers 200, for any stored status."""
    assert not is_redirected(replace(LARGE, status=status), request(), 999)


def test_the_link_says_what_the_body_is_and_nothing_else() -> None:
    stored = stored_response(
        ("Content-Type", "text/csv"),
        ("Content-Encoding", "br"),
        ("Content-Language", ""),
        ("Content-Length", "4"),
        ("Cache-Control", "max-age=60"),
        ("X-Token", "hush"),
        TAG,
    )
    assert dict(download_fields(stored)) == {
        "content-encoding": "br",
        "content-type": "text/csv",
        "content-disposition": "attachment",
    }


def test_codings_on_several_lines_are_one_list() -> None:
    stored = stored_response(("Content-Encoding", "gzip"), ("Content-Encoding", "br"))
    assert download_fields(stored).get("content-encoding") == "gzip, br"


BYTES = "application/octet-stream"


@pytest.mark.parametrize(
    "active",
    [
        "text/html",
        "TEXT/HTML; charset=utf-8",
        " text/html ",
        "application/xhtml+xml",
        "image/svg+xml",
        "IMAGE/SVG+XML;charset=utf-8",
        "text/xml",
        "application/xml",
        "application/rss+xml",
        "text/xsl",
        "text/javascript",
        "application/javascript",
        "application/x-javascript",
        "text/ecmascript",
        "text/css",
        "text/vtt",
        "text/cache-manifest",
        "application/pdf",
        "application/x-shockwave-flash",
        "application/wasm",
        "application/java-archive",
        "application/hta",
        "message/rfc822",
        "multipart/related; boundary=b",
        "multipart/x-mixed-replace; boundary=b",
        "application/x-mimearchive",
        "text/x-unheard-of",
        "*/*",
        "unknown/unknown",
        "application/unknown",
        "text",
        "image/png, text/html",
        'image/png; charset=", text/html',
        'image/png; a=", text/html"',
        "image/png;text/html",
        "image/png text/html",
        "image/png\ttext/html",
        "image/png\r\ncontent-type: text/html",
        "image/png\x00",
        "image/pn\u0261",
        "",
    ],
)
def test_a_type_that_a_browser_could_run_is_told_as_bytes(active: str) -> None:
    told = download_fields(stored_response(("Content-Type", active)))
    assert (told.get("content-type"), told.get("content-disposition")) == (BYTES, "attachment")


def test_without_a_type_or_with_two_a_browser_has_nothing_to_guess() -> None:
    assert download_fields(stored_response()).get("content-type") == BYTES
    twice = stored_response(("Content-Type", "image/png"), ("Content-Type", "text/html"))
    assert download_fields(twice).get("content-type") == BYTES


@pytest.mark.parametrize(
    "passive",
    [
        "application/json",
        "application/json; charset=utf-8",
        "application/geo+json",
        'text/csv; charset="utf-8"; header=present',
        "text/plain;charset=utf-8",
        "video/mp4",
        "audio/ogg; codecs=opus",
        "font/woff2",
        "image/png",
        "Image/JPEG",
        "application/zip",
        "application/vnd.brine.sealed",
        "application/msgpack",
    ],
)
def test_a_type_that_nothing_runs_is_told(passive: str) -> None:
    told = download_fields(stored_response(("Content-Type", passive)))
    assert (told.get("content-type"), told.get("content-disposition")) == (passive, "attachment")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("inline", "attachment"),
        ("", "attachment"),
        ("inline; filename=a.csv", "attachment; filename=a.csv"),
        ('INLINE; FileName="a b, caf\u00e9.csv"', 'attachment; FileName="a b, caf\u00e9.csv"'),
        (
            "attachment; filename=a.csv; filename*=UTF-8''%e2%82%ac.csv",
            "attachment; filename=a.csv; filename*=UTF-8''%e2%82%ac.csv",
        ),
        ("attachment; filename=a.csv; size=4", "attachment; filename=a.csv"),
        ('attachment; filename="a\\"; inline"', "attachment"),
        ('attachment; filename="a', "attachment"),
        ("attachment; filename=a.csv, inline", "attachment"),
        ("attachment; filename=a.csv\r\nx: y", "attachment"),
        ('attachment; filename="a\x1b.csv"', "attachment"),
        ("attachment; filename=a; filename=b", "attachment"),
    ],
)
def test_a_link_is_always_to_a_file_whose_name_the_origin_may_choose(said: str, told: str) -> None:
    assert download_fields(stored_response(("Content-Disposition", said))).get("content-disposition") == told


def test_the_redirect_may_not_be_stored() -> None:
    answer = redirection("https://kept.test/x?y", LARGE)
    assert (answer.status, answer.body) == (307, b"")
    assert answer.fields.get("location") == "https://kept.test/x?y"
    assert answer.fields.get("cache-control") == "no-store"


def test_scripts_of_other_sites_may_follow_if_they_may_read_the_response() -> None:
    stored = stored_response(("Access-Control-Allow-Origin", "https://app.test"), ("X-Token", "hush"), TAG)
    fields = redirection("https://kept.test/x?y", stored).fields
    assert fields.get("access-control-allow-origin") == "https://app.test"
    assert {name for name, _ in fields} == {"location", "cache-control", "access-control-allow-origin", "via"}
