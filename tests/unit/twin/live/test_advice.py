"""Advice about a route comes once, after enough requests, with the key to set."""

from __future__ import annotations

from typing import Any

import pytest

from brine.domain.caching.decision import StorageRefusal
from brine_cli.live.advice import ENOUGH, Advice
from brine_cli.live.remedies import REMEDIES
from tests.unit.twin.live.making import exchange, miss, record

FRESHNESS = [(b"cache-control", b"max-age=0")]


def advised(advice: Advice, times: int = 1, headers: Any = FRESHNESS, **members: Any) -> list[str]:
    """The notes of so many equal requests."""
    answered = exchange((), headers)
    return [note for _ in range(times) for note in advice(answered, miss(**members)).notes]


@pytest.mark.parametrize("refusal", sorted(REMEDIES))
def test_a_route_that_never_stored_a_response_is_told_once_why(refusal: str) -> None:
    advice = Advice()
    assert advised(advice, ENOUGH - 1, reason=refusal) == []
    (note,) = advised(advice, 10, reason=refusal)
    assert note.startswith(f"route api: no response was ever stored ({refusal}): ")
    assert note.endswith(".")
    assert advised(advice, 10, reason=refusal) == []


def test_the_reasons_with_a_remedy_are_reasons_of_the_gateway() -> None:
    known = StorageRefusal.__value__.__args__
    assert [reason for reason in REMEDIES if reason not in known] == []


def test_remedies_name_keys_of_routes() -> None:
    assert 'set_cookie = "strip"' in REMEDIES["set-cookie"]
    assert "request_directives = false" in REMEDIES["request-no-store"]
    assert "freshness_lifetime" in REMEDIES["no-freshness"]


def test_errors_have_a_remedy_of_their_own() -> None:
    (note,) = advised(Advice(), ENOUGH, reason="no-freshness", status=404)
    assert "negative_lifetimes" in note


def test_an_origin_that_says_nothing_about_freshness_is_left_to_the_hint_at_its_first_response() -> None:
    assert advised(Advice(), 10, headers=[], reason="no-freshness") == []


@pytest.mark.parametrize(
    "other",
    [miss(stored=True), record(), record(result="validated", reason="stale"), record(result="stale", reason="stale")],
)
def test_a_route_that_has_stored_a_response_gets_no_advice_about_storing(other: Any) -> None:
    advice = Advice()
    advice(exchange(), other)
    assert advised(advice, 10, reason="set-cookie") == []


def test_each_route_counts_for_itself() -> None:
    advice = Advice()
    assert advised(advice, ENOUGH - 1, route="a", reason="vary") == []
    assert advised(advice, ENOUGH - 1, route="b", reason="vary") == []
    assert len(advised(advice, 1, route="a", reason="vary")) == 1


@pytest.mark.parametrize("reason", ["request: max-age=0", "request: no-cache", "request: no-cache; set-cookie"])
def test_clients_that_always_ask_for_a_new_response_are_told_once(reason: str) -> None:
    advice = Advice()
    notes = advised(advice, 20, reason=reason, stored=True)
    assert len(notes) == 1
    assert "request_directives = false" in notes[0]
    assert f"({reason.removeprefix('request: ').partition(';')[0]})" in notes[0]


@pytest.mark.parametrize("reason", ["request: if-match", "request: no-store", "request"])
def test_no_key_of_a_route_helps_against_a_condition_or_has_another_remedy(reason: str) -> None:
    assert advised(Advice(), 20, reason=reason, stored=True) == []


def test_a_stream_is_told_once() -> None:
    advice = Advice()
    headers = [(b"content-type", b"text/event-stream; charset=utf-8")]
    notes = advised(advice, 5, headers=headers)
    assert len(notes) == 1
    assert "all events together" in notes[0]


def test_a_plain_function_gets_no_advice() -> None:
    headers = [(b"content-type", b"text/event-stream")]
    assert advised(Advice(), 10, headers=headers, route=None, result=None) == []


def test_memory_is_bounded() -> None:
    advice = Advice()
    for number in range(2_000):
        advised(advice, route=f"r{number}", reason="vary")
    assert len(advice._routes) == 1_000
