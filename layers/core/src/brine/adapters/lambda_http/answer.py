"""Builds the answer of the function, within the size that the source of the event takes.

Lambda writes the answer as JSON in UTF-8, in which a quote, a backslash or a control character takes up to six bytes.
The exact size is counted only if this worst case would not fit. A text that grows too much is sent as base64.
"""

from __future__ import annotations

from binascii import b2a_base64
from typing import TYPE_CHECKING

from brine.errors import AnswerTooLarge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine.adapters.lambda_http.incoming import Incoming
    from brine.domain.http.messages import Response

LAMBDA_LIMIT = 6_291_556
"""Bytes of JSON that Lambda takes from a function."""
ALB_LIMIT = 1_048_576
"""Bytes of JSON that a load balancer takes from Lambda (its guide says 1 MB)."""

_TEXTUAL = frozenset({"application/json", "application/xml", "application/javascript"})
_TEXTUAL_ENDS = ("+json", "+xml")
_HEAD_ROOM = 65_536  # for the fields: the worst case of the 10 KB that API Gateway allows

_WORST = 6
_MEMBERS = 160  # statusCode, body and the rest of the frame
_PUNCTUATION = 12  # quotes, colon, comma, blanks and brackets around one field line


def largest_body(limit: int) -> int:
    """Return the size of the largest body that fits into an answer of `limit` bytes as base64."""
    return (limit - _HEAD_ROOM) // 4 * 3


def assemble(response: Response, incoming: Incoming, head: dict[str, object], limit: int) -> dict[str, object]:
    """Return the members in `head` and the body of `response`.

    Raises AnswerTooLarge if the JSON would have more than `limit` bytes.
    """
    room = limit - _worst_head(response)
    sizes = []
    bodiless = incoming.request.method == "HEAD" or response.status in {204, 304}  # RFC 9110 section 6.4.1
    for body, is_base64, worst in _forms(b"" if bodiless else response.body, response):
        answer = {**head, "body": body, "isBase64Encoded": is_base64}
        if worst <= room:
            return answer
        size = _size(answer)
        if size <= limit:
            return answer
        sizes.append(size)
    raise AnswerTooLarge(min(sizes), limit)


def _forms(body: bytes, response: Response) -> Iterator[tuple[str, bool, int]]:
    """Yield the forms of a body, the preferred one first: text, whether it is base64, and its largest size as JSON."""
    text = _as_text(body, response)
    if text is not None:
        yield text, False, len(body) * _WORST
    yield b2a_base64(body, newline=False).decode("ascii"), True, (len(body) + 2) // 3 * 4


def _as_text(body: bytes, response: Response) -> str | None:
    """Return `body` decoded from UTF-8, or None if it is not text or has a content coding such as gzip."""
    if not body:
        return ""
    fields = response.fields
    if "content-encoding" in fields or not _is_textual(fields.get("content-type", "")):
        return None
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None


def _is_textual(content_type: str) -> bool:
    media_type = content_type.split(";", 1)[0].strip().lower()
    return media_type.startswith("text/") or media_type in _TEXTUAL or media_type.endswith(_TEXTUAL_ENDS)


def _worst_head(response: Response) -> int:
    lines = response.fields.lines
    return _MEMBERS + sum([_PUNCTUATION + _WORST * (len(name) + len(value)) for name, value in lines])


def _size(answer: dict[str, object]) -> int:
    from json import dumps  # noqa: PLC0415 - 5 ms that only answers near the limit need

    return len(dumps(answer, ensure_ascii=False).encode())
