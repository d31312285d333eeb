from __future__ import annotations

import json
from hashlib import md5
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brine.adapters.sqs.refresh_message import read, write
from brine.domain.http.fields import Fields
from brine.domain.refreshing.request import RefreshRequest
from brine.errors import BadEvent
from tests.support.events import load_event

TEXT = st.text(st.characters(max_codepoint=255))
VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f") | st.just("\t"))
TARGETS = st.text(st.characters(min_codepoint=33, max_codepoint=126)).map("/{}".format)
LINES = st.lists(st.tuples(st.text(st.sampled_from("abc-"), min_size=1), VALUES))
GOOD: dict[str, Any] = {
    "version": 3,
    "route": "api",
    "target": "/x",
    "key": "k",
    "tenant": "acme",
    "fields": [["accept", "*/*"]],
    "renews": 7,
    "method": "QUERY",
    "content": "c2VjcmV0",
}


@given(
    route=TEXT,
    target=TARGETS,
    key=TEXT,
    tenant=st.text(),
    fields=LINES.map(Fields),
    renews=st.none() | st.integers(),
    method=st.sampled_from(["GET", "POST", "QUERY"]),
    content=st.binary(),
)
def test_a_written_refresh_request_reads_the_same(**members: Any) -> None:
    request = RefreshRequest(**members)
    text = write(request)
    assert text.isascii()
    assert read(text) == request


LINES_OF_NO_USE: list[Any] = [None, {}, ["secret"], [["a"]], [["a", 1]], [["a", "b", "c"]], [["a b", ""]]]
LINES_OF_NO_USE += [[["a", f"b{chr(code)}"]] for code in (*range(9), *range(10, 32), 127, 256)]
CHANGES: list[dict[str, Any]] = [
    *(
        {"version": 2},
        {"route": None},
        {"target": 1},
        {"target": "x"},
        {"target": "/\x00"},
        {"target": "/\xe9"},
        {"key": ["secret"]},
        {"tenant": None},
    ),
    *({"renews": renews} for renews in ("secret", 1.5, True, [7])),
    *({"method": method} for method in ("", "a b", None, "GET /")),
    *({"content": content} for content in (None, "c2Vj\n", "c2V", "\xe9", "c2VjcmV0 secret")),
    *({"fields": lines} for lines in LINES_OF_NO_USE),
]


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "null", '"secret"', "\ud800"),
        *(json.dumps(GOOD | change) for change in CHANGES),
        *(json.dumps({name: GOOD[name] for name in GOOD if name != missing}) for missing in GOOD),
    ],
)
def test_an_invalid_refresh_request_is_refused_without_its_content(text: str) -> None:
    with pytest.raises(BadEvent) as raised:
        read(text)
    assert "secret" not in str(raised.value)


def test_members_of_a_later_writer_are_no_reason_to_refuse() -> None:
    assert read(json.dumps(GOOD | {"since": 5})) == read(json.dumps(GOOD))


@pytest.mark.parametrize("name", ["refresh", "refresh-report"])
def test_a_sample_event_has_a_message_as_it_is_written(name: str) -> None:
    (record,) = load_event(f"sqs/{name}.json")["Records"]
    assert write(read(record["body"])) == record["body"]
    assert md5(record["body"].encode()).hexdigest() == record["md5OfBody"]  # noqa: S324 - SQS's own checksum
