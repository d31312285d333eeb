"""The fields of compressed answers."""

from __future__ import annotations

import pytest

from brine.domain.compression.coded_fields import coded_fields, confirmed_fields, varying_by
from brine.domain.http.fields import Fields

OF_THE_BYTES = [
    ("content-length", "5"),
    ("accept-ranges", "bytes"),
    ("content-digest", "sha-256=:x:"),
    ("repr-digest", "sha-256=:x:"),
    ("content-md5", "x"),
    ("digest", "x"),
]


def test_a_compressed_answer_has_a_coding_a_length_and_a_tag_of_its_own() -> None:
    fields = coded_fields(Fields([("etag", '"a"'), *OF_THE_BYTES, ("x", "y")]), "br", 3)
    assert sorted(fields.lines) == [
        ("content-encoding", "br"),
        ("content-length", "3"),
        ("etag", 'W/"a~br"'),
        ("x", "y"),
    ]


def test_without_a_body_there_is_no_length() -> None:
    assert coded_fields(Fields(OF_THE_BYTES), "br", None).lines == (("content-encoding", "br"),)


def test_a_304_has_the_tag_and_no_coding() -> None:
    fields = confirmed_fields(Fields([("etag", '"a"'), ("repr-digest", "x"), ("age", "1")]), 'W/"a~br"')
    assert fields.lines == (("age", "1"), ("etag", 'W/"a~br"'))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([], ["Accept-Encoding"]),
        (["Accept"], ["Accept", "Accept-Encoding"]),
        (["Accept, ACCEPT-ENCODING"], ["Accept, ACCEPT-ENCODING"]),
        (["accept-encoding "], ["accept-encoding "]),
        (["*"], ["*"]),
        (["Accept", "Accept-Encoding"], ["Accept", "Accept-Encoding"]),
        (["Accept-Encodings"], ["Accept-Encodings", "Accept-Encoding"]),
    ],
)
def test_vary_names_the_field_once(before: list[str], after: list[str]) -> None:
    assert varying_by(Fields(("vary", value) for value in before), "Accept-Encoding").all("vary") == tuple(after)
