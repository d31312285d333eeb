"""Any request, through a model of AWS and the adapter, equals the sent one, except as docs/events.md names."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

from hypothesis import given
from hypothesis import strategies as st

from brine.adapters.lambda_http import read
from tests.unit.adapters.lambda_http.aws_model import (
    Sent,
    alb_event,
    function_url_event,
    http_api_event,
    rest_event,
)

if TYPE_CHECKING:
    from brine.adapters.lambda_http import Incoming

_PCHAR = "abcXYZ019-._~!$&'()*+,;=:@"
ENCODED = st.binary(min_size=1, max_size=1).map(lambda byte: f"%{byte[0]:02X}")
UTF8_ENCODED = st.characters(exclude_categories=["Cs"]).map(lambda c: "".join(f"%{b:02X}" for b in c.encode()))


def _joined(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(st.one_of(*parts), max_size=8).map("".join)


PATHS = _joined(st.sampled_from(_PCHAR + "/"), ENCODED).map(lambda rest: "/" + rest)
DECODABLE_PATHS = _joined(st.sampled_from(_PCHAR + "/"), UTF8_ENCODED).map(lambda rest: "/" + rest)
QUERIES = st.none() | _joined(st.sampled_from(_PCHAR + "&/?[]{}|"), ENCODED).filter(bool)
# What a REST API can tell apart: parameters with "=", in UTF-8.
PARTS = _joined(st.sampled_from("abc019-._~+*"), UTF8_ENCODED)
PARAMETERS = st.lists(st.tuples(PARTS, PARTS).map("=".join), min_size=1, max_size=5).map("&".join)
NAMES = st.sampled_from(["accept", "x-probe", "x_odd!name", "user-agent"])
CONTROLS = "".join(map(chr, (*range(9), *range(10, 32), 127)))
LATIN1 = st.text(st.characters(max_codepoint=0xFF, exclude_characters=CONTROLS), max_size=8)
UTF8 = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=CONTROLS), max_size=8).map(
    lambda text: text.encode().decode("latin-1")
)
BODIES = st.binary(max_size=60) | st.text(max_size=30).map(lambda text: text.encode("utf-8", "replace"))
COOKIES = st.lists(st.sampled_from(["a=1", "b=2", 'c="3"']), max_size=3)


def _check_all_but_query(incoming: Incoming, sent: Sent) -> None:
    assert incoming.request.method == sent.method
    assert incoming.request.body == sent.body


@given(path=DECODABLE_PATHS, query=QUERIES, body=BODIES)
def test_an_http_api_keeps_query_and_body_and_names_the_path_that_aws_saw(
    path: str, query: str | None, body: bytes
) -> None:
    sent = Sent(method="POST", path=path, query=query, body=body)
    event = http_api_event(sent)
    incoming = read(event)
    _check_all_but_query(incoming, sent)
    assert incoming.request.query == query
    assert unquote(incoming.request.path) == event["rawPath"]
    assert incoming.request.target.isascii()
    assert not set(incoming.request.path) & set(' ?#"<>\\^`{|}')


@given(path=PATHS, query=QUERIES, body=BODIES)
def test_a_function_url_keeps_the_target(path: str, query: str | None, body: bytes) -> None:
    sent = Sent(method="PUT", path=path, query=query, body=body)
    incoming = read(function_url_event(sent))
    _check_all_but_query(incoming, sent)
    assert (incoming.request.path, incoming.request.query) == (path, query)


@given(path=PATHS, query=st.none() | PARAMETERS, body=BODIES)
def test_a_rest_api_keeps_the_path_and_the_values_of_each_parameter(path: str, query: str | None, body: bytes) -> None:
    sent = Sent(method="PATCH", path=path, query=query, body=body)
    incoming = read(rest_event(sent))
    _check_all_but_query(incoming, sent)
    assert incoming.request.path == path
    assert _by_name(incoming.request.query) == _by_name(query)


@given(path=PATHS, query=QUERIES, body=BODIES)
def test_a_load_balancer_keeps_the_path_and_the_bytes_of_each_parameter(
    path: str, query: str | None, body: bytes
) -> None:
    sent = Sent(method="DELETE", path=path, query=query, body=body)
    incoming = read(alb_event(sent, multi_value=True))
    _check_all_but_query(incoming, sent)
    assert incoming.request.path == path
    given_pairs = [parameter.partition("=")[::2] for parameter in (query or "").split("&") if parameter]
    kept_pairs = [parameter.partition("=")[::2] for parameter in (incoming.request.query or "").split("&") if parameter]
    assert sorted(kept_pairs, key=_name) == sorted(given_pairs, key=_name)  # stable: order within a name counts


@given(lines=st.lists(st.tuples(NAMES, LATIN1), max_size=5), cookies=COOKIES)
def test_header_lines_survive_a_rest_api_byte_for_byte(lines: list[tuple[str, str]], cookies: list[str]) -> None:
    fields = read(rest_event(_with_headers(lines, cookies))).request.fields
    for name, _ in lines:
        assert fields.all(name) == tuple(value for own, value in lines if own == name)
    assert fields.all("cookie") == (("; ".join(cookies),) if cookies else ())


@given(lines=st.lists(st.tuples(NAMES, UTF8), max_size=5), cookies=COOKIES)
def test_header_lines_in_utf8_survive_a_load_balancer(lines: list[tuple[str, str]], cookies: list[str]) -> None:
    fields = read(alb_event(_with_headers(lines, cookies), multi_value=True)).request.fields
    for name, _ in lines:
        assert fields.all(name) == tuple(value for own, value in lines if own == name)
    assert fields.all("cookie") == (("; ".join(cookies),) if cookies else ())


@given(lines=st.lists(st.tuples(NAMES, LATIN1), max_size=5), cookies=COOKIES)
def test_format_2_joins_lines_and_gathers_cookies(lines: list[tuple[str, str]], cookies: list[str]) -> None:
    for event_of in (http_api_event, function_url_event):
        fields = read(event_of(_with_headers(lines, cookies))).request.fields
        for name, _ in lines:
            assert fields.all(name) == (",".join(value for own, value in lines if own == name),)
        assert fields.all("cookie") == (("; ".join(cookies),) if cookies else ())


def _with_headers(lines: list[tuple[str, str]], cookies: list[str]) -> Sent:
    return Sent(lines=(*lines, *[("cookie", cookie) for cookie in cookies]))


def _by_name(query: str | None) -> list[tuple[str, str]]:
    return sorted(parse_qsl(query or "", keep_blank_values=True), key=_name)


def _name(pair: tuple[str, ...]) -> str:
    return pair[0]
