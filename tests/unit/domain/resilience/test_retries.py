from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request, Response
from brine.domain.resilience.retries import (
    BACKOFF,
    is_retryable,
    is_transient,
    retry_after,
    retry_delay,
)
from brine.errors import (
    OriginCircuitOpen,
    OriginMalformed,
    OriginTimeout,
    OriginTooLarge,
    OriginUnreachable,
)

if TYPE_CHECKING:
    from brine.errors import OriginError

NOW = 784_111_777.0  # Sun, 06 Nov 1994 08:49:37 GMT


def busy(retry_after: str | None = None) -> Response:
    return Response(status=503, fields=Fields([] if retry_after is None else [("retry-after", retry_after)]))


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"])
def test_an_idempotent_method_may_be_repeated(method: str) -> None:
    assert is_retryable(Request(method=method, path="/", body=b"x"))


@pytest.mark.parametrize("method", ["POST", "PATCH", "LOCK", "get", "PROPFIND"])
def test_nothing_else_may(method: str) -> None:
    assert not is_retryable(Request(method=method, path="/"))


@pytest.mark.parametrize("name", ["if-match", "if-none-match", "if-modified-since", "if-unmodified-since"])
def test_a_change_under_a_precondition_is_made_once(name: str) -> None:
    fields = Fields([(name, "*")])
    repeatable = [
        method for method in ("PUT", "DELETE", "GET") if is_retryable(Request(method=method, path="/", fields=fields))
    ]
    assert repeatable == ["GET"]


@pytest.mark.parametrize("status", range(200, 600))
def test_the_statuses_that_may_pass(status: int) -> None:
    assert is_transient(Response(status=status)) is (status in {502, 503, 504})


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (OriginUnreachable(""), True),
        (OriginTimeout(""), True),
        (OriginMalformed(""), True),
        (OriginTooLarge(""), False),
        (OriginCircuitOpen("", 1.0), False),
    ],
)
def test_the_errors_that_may_pass(error: OriginError, passes: bool) -> None:
    assert is_transient(error) is passes


def test_pauses_are_a_random_part_of_what_doubles_up_to_a_bound() -> None:
    longest = [retry_delay(number, busy(), NOW, 1.0) for number in range(7)]
    assert longest == [BACKOFF.first * 2**number for number in range(5)] + [BACKOFF.longest] * 2
    assert retry_delay(3, OriginUnreachable(""), NOW, 0.25) == BACKOFF.first * 2
    assert retry_delay(3, busy(), NOW, 0.0) == 0


def test_retry_after_is_waited_for_and_the_random_part_comes_on_top() -> None:
    assert retry_delay(0, busy("2"), NOW, 1.0) == 2 + BACKOFF.first
    assert retry_delay(0, busy("Sun, 06 Nov 1994 08:49:38 GMT"), NOW, 0.0) == 1
    assert retry_delay(0, busy("0"), NOW, 1.0) == BACKOFF.first


@pytest.mark.parametrize("value", ["3", "86400", "Sun, 06 Nov 1994 08:49:40 GMT"])
def test_a_retry_after_beyond_the_limit_prevents_a_retry(value: str) -> None:
    assert retry_delay(0, busy(value), NOW, 0.5) is None


@pytest.mark.parametrize("value", ["", "soon", "-1", "1.5", "1, 2", "1" * 10, "\u0662"])
def test_a_retry_after_that_is_none_counts_as_absent(value: str) -> None:
    assert retry_after(Fields([("retry-after", value)]), NOW) is None


def test_a_date_that_is_over_asks_for_nothing() -> None:
    assert retry_after(busy("Sun, 06 Nov 1994 08:49:30 GMT").fields, NOW) == 0
