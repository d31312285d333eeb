"""The JSON form of a request to explain."""

from __future__ import annotations

from typing import Any

import pytest

from brine.service.admin.explain.request_json import RequestToExplain


def test_a_url_is_a_path_or_complete() -> None:
    for url in ("/orders/7?x=1", "http://127.0.0.1:3000/orders/7?x=1#top"):
        read = RequestToExplain.read({"url": url})
        assert (read.method, read.target) == ("GET", "/orders/7?x=1")
    assert RequestToExplain.read({"url": "http://gateway.test"}).target == "/"
    assert RequestToExplain.read({"url": "/a?"}).request.query == ""
    assert RequestToExplain.read({"url": "/a"}).request.query is None


def test_all_members_are_read() -> None:
    members = {"method": "POST", "url": "/a", "headers": [["Accept", "x"]], "body": "{}", "tenant": "acme"}
    read = RequestToExplain.read(members)
    assert (read.request.method, read.request.fields.get("accept"), read.request.body) == ("POST", "x", b"{}")
    assert read.tenant == "acme"
    assert RequestToExplain.read({"url": "/a", "headers": {"Accept": "x"}}).headers == (("accept", "x"),)


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({}, '"url" is missing'),
        ({"url": 7}, '"url" is 7'),
        ({"url": "orders"}, "which has no path"),
        ({"url": "http://[/"}, "Give a path"),
        ({"url": "/ä"}, "percent-encoded"),
        ({"url": "/a b"}, "percent-encoded"),
        ({"url": "/a", "verb": "GET"}, "'verb' is not known"),
        ({"url": "/a", "headers": [["a"]]}, "Give a list of pairs"),
        ({"url": "/a", "headers": "a: b"}, "Give a list of pairs"),
        ({"url": "/a", "headers": [["a b", "c"]]}, "no name of a header"),
        ({"url": "/a", "headers": [["a", "b\nc: d"]]}, "printable"),
        ({"url": "/a", "tenant": 1}, '"tenant" is 1'),
    ],
)
def test_a_mistake_is_told_with_its_value(members: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told.replace("[", r"\[")):
        RequestToExplain.read(members)
