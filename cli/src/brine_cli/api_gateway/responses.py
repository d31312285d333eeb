"""HTTP responses from the results of functions, as an HTTP API makes them for payload format 2.0.

docs/aws-http-events.md has the sources, and the points that AWS does not document.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import TYPE_CHECKING, Any

from brine_cli.http.messages import HttpResponse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine_cli.http.messages import HeaderLine

_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_FORBIDDEN_IN_VALUE = re.compile(rb"[\x00\n\v\f\r]")  # h11 refuses these; RFC 9110 5.5 allows all other bytes
_JSON_TYPE: HeaderLine = (b"content-type", b"application/json")


class MalformedResponse(Exception):
    """API Gateway cannot make a response of this result. The message says why, for the console."""


def to_response(answer: bytes) -> tuple[HttpResponse, tuple[str, ...]]:
    """Return the response for `answer` (JSON), and the members that AWS silently ignores. Raises MalformedResponse."""
    content = json.loads(answer)
    if not isinstance(content, dict) or "statusCode" not in content:
        body = content.encode() if isinstance(content, str) else answer
        return HttpResponse(status=200, headers=(_JSON_TYPE,), body=body), ()
    response = HttpResponse(status=_status(content["statusCode"]), headers=tuple(_lines(content)), body=_body(content))
    if "multiValueHeaders" in content:
        return response, ("multiValueHeaders is not part of payload format 2.0; API Gateway ignores it",)
    return response, ()


def _status(value: Any) -> int:
    number = int(value) if isinstance(value, str) and value.isdecimal() else value
    if not isinstance(number, int) or isinstance(number, bool) or not 200 <= number <= 999:
        raise MalformedResponse(f"statusCode is {value!r}, not a whole number from 200 to 999")
    return number


def _lines(content: dict[str, Any]) -> Iterator[HeaderLine]:
    headers = content.get("headers") or {}
    if not isinstance(headers, dict):
        raise MalformedResponse("headers is not an object")
    for name, value in headers.items():
        if isinstance(value, bool):
            yield _line(name, "true" if value else "false")
        elif isinstance(value, str | int | float):
            yield _line(name, str(value))
        else:
            raise MalformedResponse(f"the header {name!r} is not text")
    cookies = content.get("cookies") or []
    if not isinstance(cookies, list) or not all(isinstance(cookie, str) for cookie in cookies):
        raise MalformedResponse("cookies is not a list of text")
    yield from (_line("set-cookie", cookie) for cookie in cookies)


def _line(name: str, value: str) -> HeaderLine:
    try:
        line = name.encode("ascii"), value.encode("latin-1").strip(b" \t")
    except UnicodeEncodeError as error:
        raise MalformedResponse(f"the header {name!r} has characters above U+00FF") from error
    if not _NAME.fullmatch(line[0]):
        raise MalformedResponse(f"{name!r} is not a header name")
    if _FORBIDDEN_IN_VALUE.search(line[1]):
        raise MalformedResponse(f"the header {name!r} has a line break or NUL, or a vertical tab or form feed")
    return line


def _body(content: dict[str, Any]) -> bytes:
    body = content.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise MalformedResponse(f"body is {type(body).__name__}, not text")
    if not content.get("isBase64Encoded"):
        return body.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise MalformedResponse("isBase64Encoded is true, but body is not base64") from error
