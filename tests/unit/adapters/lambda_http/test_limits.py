"""An answer is refused exactly when Lambda, or the load balancer, would refuse it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.adapters.lambda_http import Incoming, room, write
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request, Response
from brine.errors import AnswerTooLarge
from brine.service.stores.bodies import LARGEST_INLINE_BODY
from tests.unit.adapters.lambda_http.aws_model import as_lambda_writes, received

if TYPE_CHECKING:
    from brine.adapters.lambda_http import Source

LIMITS: tuple[tuple[Source, int], ...] = (
    ("http-api-v2", 6_291_556),
    ("function-url", 6_291_556),
    ("rest-v1", 6_291_556),
    ("alb", 1_048_576),
)


def answer_to(source: Source, content_type: str, body: bytes, padding: str = "") -> dict[str, object]:
    fields = Fields([("content-type", content_type), ("vary", "a"), ("vary", "b"), ("x-padding", padding)])
    incoming = Incoming(request=Request(method="GET", path="/"), source=source, multi_value=True)
    return write(Response(status=200, fields=fields, body=body), incoming)


@pytest.mark.parametrize(("source", "limit"), LIMITS)
def test_text_up_to_the_last_byte(source: Source, limit: int) -> None:
    frame = len(as_lambda_writes(answer_to(source, "text/plain", b"")))
    full = answer_to(source, "text/plain", b"a" * (limit - frame))
    assert len(as_lambda_writes(full)) == limit
    with pytest.raises(AnswerTooLarge) as refused:
        answer_to(source, "text/plain", b"a" * (limit - frame + 1))
    assert (refused.value.size, refused.value.limit) == (limit + 1, limit)


@pytest.mark.parametrize(("source", "limit"), LIMITS)
def test_binary_up_to_the_last_byte(source: Source, limit: int) -> None:
    frame = len(as_lambda_writes(answer_to(source, "image/png", b"\xff"))) - 4
    room = limit - frame
    body = b"\xff" * (room // 4 * 3)
    full = answer_to(source, "image/png", body, "p" * (room % 4))
    assert len(as_lambda_writes(full)) == limit
    with pytest.raises(AnswerTooLarge, match=f"{limit + 1:,} bytes"):
        answer_to(source, "image/png", body, "p" * (room % 4 + 1))


@pytest.mark.parametrize(("source", "limit"), LIMITS)
@pytest.mark.parametrize("byte", [b"\xff", b"a", b"\x01", b'"'])
def test_a_body_that_there_is_room_for_fits_whatever_it_holds(source: Source, limit: int, byte: bytes) -> None:
    space = room(Incoming(request=Request(method="GET", path="/"), source=source))
    assert LARGEST_INLINE_BODY < space < limit
    answer = answer_to(source, "text/plain", byte * space, "\x01" * 10_000)
    assert len(as_lambda_writes(answer)) <= limit


def test_headers_count_as_lambda_escapes_them() -> None:
    """Control characters take six bytes, bytes above 0x7F two."""
    frame = len(as_lambda_writes(answer_to("alb", "text/plain", b"")))
    padding = '"\\\x01\x7f\xe9' * 20_000
    size = frame + 20_000 * (2 + 2 + 6 + 1 + 2)
    body = b"a" * (1_048_576 - size)
    assert len(as_lambda_writes(answer_to("alb", "text/plain", body, padding))) == 1_048_576
    with pytest.raises(AnswerTooLarge):
        answer_to("alb", "text/plain", body + b"a", padding)


def test_text_that_escaping_makes_too_large_goes_as_base64() -> None:
    body = b'"' * 700_000  # 1.4 MB as text, 0.93 MB as base64
    answer = answer_to("alb", "application/json", body)
    assert answer["isBase64Encoded"] is True
    assert received(answer, alb=True).body == body


def test_nothing_is_refused_to_a_head_request() -> None:
    incoming = Incoming(request=Request(method="HEAD", path="/"), source="alb")
    assert write(Response(status=200, body=b"a" * 2_000_000), incoming)["body"] == ""
