from __future__ import annotations

import gzip
import json
import tracemalloc
import zlib
from typing import TYPE_CHECKING

import pytest

from brine_cli.fetching.body_view import LARGEST, MOST_LINES, body_view
from brine_cli.fetching.exchange import Answered, Steps

if TYPE_CHECKING:
    from collections.abc import Callable

STEPS = Steps(lookup=0, connect=0, tls=None, wait=0, download=0)


def answered(body: bytes, content_type: str = "text/plain", coding: str = "") -> Answered:
    headers = (("Content-Type", content_type), *([("Content-Encoding", coding)] if coding else []))
    return Answered(status=200, reason="OK", headers=tuple(headers), body=body, steps=STEPS)


@pytest.mark.parametrize("content_type", ["application/json", "Application/Problem+JSON; charset=utf-8"])
def test_json_gets_line_breaks_and_keeps_its_characters(content_type: str) -> None:
    view = body_view(answered('{"a":["é"]}'.encode(), content_type), is_whole=False)
    assert (view.text, view.kind, view.note) == ('{\n  "a": [\n    "é"\n  ]\n}', "json", None)


def test_text_that_is_called_json_and_is_not_stays_as_it_is() -> None:
    view = body_view(answered(b"{oops", "application/json"), is_whole=False)
    assert (view.text, view.kind) == ("{oops", "text")


def test_a_long_body_is_shortened_unless_all_is_wanted() -> None:
    body = json.dumps(list(range(100))).encode()
    view = body_view(answered(body, "application/json"), is_whole=False)
    assert len(view.text.split("\n")) == MOST_LINES
    assert view.note == "62 more lines of 390 B. Show all with --all"
    whole = body_view(answered(body, "application/json"), is_whole=True)
    assert (len(whole.text.split("\n")), whole.note) == (102, None)


def test_a_long_line_is_cut() -> None:
    view = body_view(answered(b"x" * 5_000), is_whole=False)
    assert (len(view.text), view.note) == (2_001, "the rest of long lines of 5.0 KB. Show all with --all")


@pytest.mark.parametrize(
    ("body", "note"),
    [
        (b"\x89PNG\xff", "the body is binary: image/png, 5 B. Save it with -o FILE"),
        (b"a\0b", "the body has zero bytes, 3 B. Save it with -o FILE"),
    ],
)
def test_binary_bodies_are_not_shown(body: bytes, note: str) -> None:
    view = body_view(answered(body, "image/png"), is_whole=True)
    assert (view.text, view.note) == ("", note)


def test_gzip_is_decoded_and_an_unknown_coding_is_told() -> None:
    assert body_view(answered(gzip.compress(b"hello"), coding="gzip"), is_whole=True).text == "hello"
    for coding in ("br", "gzip"):
        view = body_view(answered(b"\x0b\x02\x80", coding=coding), is_whole=True)
        assert view.note == f"the body is coded with {coding}, 3 B. Save it with -o FILE"


def test_characters_that_command_a_terminal_are_escapes() -> None:
    view = body_view(answered(b"a\x1b[31mb\r\n\tc\x07\n"), is_whole=True)
    assert view.text == "a\\x1b[31mb\n\tc\\x07"


@pytest.mark.parametrize(("coding", "encode"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_small_body_that_decodes_to_a_huge_one_is_not_shown(coding: str, encode: Callable[[bytes], bytes]) -> None:
    bomb = encode(bytes(LARGEST + 10_000_000))
    tracemalloc.start()
    view = body_view(answered(bomb, coding=coding), is_whole=True)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert view.note == "the body has more than 50 MB. Save it with -o FILE"
    assert most < 3 * LARGEST
