"""Which requests are sent to the stored body, and with what."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from brine.domain.fields import Fields
from brine.domain.redirect import is_redirected, link_fields, redirection
from brine.domain.stored import BodyReference
from tests.unit.domain.stories import request, stored_response

if TYPE_CHECKING:
    from brine.domain.messages import Request
    from tests.unit.domain.stories import Header

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
def test_who_needs_the_body_is_sent_there(asked: Request, is_sent_there: bool) -> None:
    assert is_redirected(LARGE, asked, 999) is is_sent_there


def test_only_for_what_no_answer_can_carry() -> None:
    assert not is_redirected(LARGE, request(), 1_000)
    assert is_redirected(replace(LARGE, body=b"x" * 1_000), request(), 999)


@pytest.mark.parametrize("status", [203, 206, 404, 500])
def test_only_for_a_plain_success(status: int) -> None:
    """The store answers 200, whatever the stored status was."""
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
    assert link_fields(stored) == Fields([("content-encoding", "br"), ("content-type", "text/csv")])


def test_codings_on_several_lines_are_one_list() -> None:
    stored = stored_response(("Content-Encoding", "gzip"), ("Content-Encoding", "br"))
    assert link_fields(stored) == Fields([("content-encoding", "gzip, br")])


def test_nobody_keeps_the_way_there() -> None:
    answer = redirection("https://kept.test/x?y", LARGE)
    assert (answer.status, answer.body) == (307, b"")
    assert answer.fields.get("location") == "https://kept.test/x?y"
    assert answer.fields.get("cache-control") == "no-store"


def test_scripts_of_other_sites_may_follow_if_they_may_read_the_response() -> None:
    stored = stored_response(("Access-Control-Allow-Origin", "https://app.test"), ("X-Token", "hush"), TAG)
    fields = redirection("https://kept.test/x?y", stored).fields
    assert fields.get("access-control-allow-origin") == "https://app.test"
    assert {name for name, _ in fields} == {"location", "cache-control", "access-control-allow-origin", "via"}
