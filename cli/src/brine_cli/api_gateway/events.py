"""HTTP requests as events of an HTTP API, payload format 2.0.

docs/aws-http-events.md has the sources, and the points that AWS does not document.
"""

from __future__ import annotations

import base64
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote_to_bytes, urlsplit

from brine_cli.template.intrinsics import ACCOUNT, REGION

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from brine_cli.api_gateway.route_table import RouteMatch
    from brine_cli.http.messages import HttpRequest

type Event = dict[str, Any]  # JSON; the function decides how to read it

API_ID = "brinetwin0"
_DOMAIN = f"{API_ID}.execute-api.{REGION}.amazonaws.com"
_TEXT_TYPES = frozenset({"application/json", "application/xml", "application/javascript"})
_NOT_PASSED_ON = frozenset(
    {
        "cookie",
        "transfer-encoding",
        "expect",
        "content-length",
        "x-forwarded-port",
        "x-forwarded-proto",
        "x-amzn-trace-id",
    }
)
_PORT = re.compile(r":([0-9]+)\Z")
_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


class PathRefused(Exception):
    """API Gateway answers 400 to this request target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A request target as in an event: the path decoded, the query unchanged ("" if there is none)."""

    path: str
    query: str


def read_target(target: bytes) -> Target:
    """Split a request target and decode its path as API Gateway does. Raises PathRefused.

    API Gateway decodes the path, cuts it at the first "?", and decodes it again.
    """
    raw_path, _, query = target.partition(b"?")
    if not raw_path.startswith(b"/"):
        # Absolute form (RFC 9112 3.2.2); without a path, its path is "/" (RFC 9110 4.2.3). The authority and asterisk
        # forms have no path.
        raw_path = urlsplit(raw_path).path or b"/" if b"://" in raw_path else b""
    once = unquote_to_bytes(raw_path).partition(b"?")[0]
    if not raw_path or _BROKEN_ESCAPE.search(once):
        raise PathRefused(target.decode("ascii", "replace"))
    try:
        path = unquote_to_bytes(once).decode("utf-8")
    except UnicodeDecodeError as error:
        raise PathRefused(target.decode("ascii", "replace")) from error
    return Target(path=path, query=query.decode("latin-1"))


def to_event(request: HttpRequest, target: Target, match: RouteMatch, now: datetime) -> Event:
    """Return the event that API Gateway would pass to the function of `match`, without an authorizer's result.

    now: in UTC.
    """
    headers, cookies = _headers(request, now)
    event: Event = {
        "version": "2.0",
        "routeKey": match.route.key,
        "rawPath": target.path,
        "rawQueryString": target.query,
        "headers": headers,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": API_ID,
            "domainName": _DOMAIN,
            "domainPrefix": API_ID,
            "http": {
                "method": request.method,
                "path": target.path,
                "protocol": "HTTP/1.1",
                "sourceIp": request.client,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": base64.b64encode(secrets.token_bytes(11)).decode(),
            "routeKey": match.route.key,
            "stage": "$default",
            "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": int(now.timestamp() * 1000),
        },
        "isBase64Encoded": False,
    }
    if cookies:
        event["cookies"] = cookies
    if target.query:
        event["queryStringParameters"] = join_values(parse_qsl(target.query, keep_blank_values=True))
    if match.parameters:
        event["pathParameters"] = dict(match.parameters)
    if request.body:
        event |= _body(request.body, headers.get("content-type", ""))
    return event


def _headers(request: HttpRequest, now: datetime) -> tuple[dict[str, str], list[str]]:
    lines = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers]
    headers = join_values(line for line in lines if line[0] not in _NOT_PASSED_ON)
    if request.body:
        headers["content-length"] = str(len(request.body))
    forwarded = headers.get("x-forwarded-for")
    headers["x-forwarded-for"] = request.client if forwarded is None else f"{forwarded}, {request.client}"
    headers["x-forwarded-port"] = port[1] if (port := _PORT.search(headers.get("host", ""))) else "80"
    headers["x-forwarded-proto"] = "http"
    headers["x-amzn-trace-id"] = f"Root=1-{int(now.timestamp()):08x}-{secrets.token_hex(12)}"
    cookies = [
        cookie for name, value in lines if name == "cookie" for part in value.split(";") if (cookie := part.strip())
    ]
    return headers, cookies


def join_values(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the pairs by name. Values of the same name are joined with commas."""
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _body(body: bytes, content_type: str) -> Event:
    if _is_text(content_type):
        try:
            return {"body": body.decode("utf-8"), "isBase64Encoded": False}
        except UnicodeDecodeError:
            pass  # AWS does not document text that is not UTF-8; base64 keeps all of it
    return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}


def _is_text(content_type: str) -> bool:
    media_type, *parameters = (part.strip().lower() for part in content_type.split(";"))
    charset = next(
        (value.strip('"') for name, _, value in (p.partition("=") for p in parameters) if name == "charset"), "utf-8"
    )
    return charset == "utf-8" and (media_type.startswith("text/") or media_type in _TEXT_TYPES)
