"""Events for Powertools' event handler, made from requests, and responses read from its results."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, unquote

from brine.domain.http.fields import Fields
from brine.domain.http.messages import CACHED_METHODS, Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.domain.http.messages import Request

_IN_NO_KEY: Final = frozenset({"cache-control", "traceparent", "tracestate"})
"""Fields that the client chooses, and that origins get although no cache key has them."""


def event_of(request: Request, rule: str, arguments: Mapping[str, str]) -> dict[str, Any]:
    """Return the event of an HTTP API (payload format 2.0) for a request.

    The event of a request whose response may be stored has neither the identity of the client, nor its trace and cache
    directives: no cache key has them.
    """
    lines: dict[str, list[str]] = {}
    fields = request.fields.without(_IN_NO_KEY) if request.method in CACHED_METHODS else request.fields
    for name, value in fields.lines:
        lines.setdefault(name, []).append(value)
    cookies = [cookie for value in lines.pop("cookie", []) for cookie in value.split("; ")]
    query: dict[str, list[str]] = {}
    for name, value in parse_qsl(request.query or "", keep_blank_values=True):
        query.setdefault(name, []).append(value)
    path, method = unquote(request.path), "GET" if request.method == "HEAD" else request.method
    return {
        "version": "2.0",
        "routeKey": f"{method} {rule}",
        "rawPath": path,
        "rawQueryString": request.query or "",
        "cookies": cookies,
        "headers": {name: ",".join(values) for name, values in lines.items()},
        "queryStringParameters": {name: ",".join(values) for name, values in query.items()},
        "pathParameters": dict(arguments),
        "requestContext": {
            "stage": "$default",
            "routeKey": f"{method} {rule}",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "", "userAgent": ""},
            "authorizer": {} if request.method in CACHED_METHODS else _authorizer(request.principal),
        },
        "body": b64encode(request.body).decode(),
        "isBase64Encoded": True,
    }


def response_of(result: Mapping[str, Any]) -> Response:
    """Return the response in a result of payload format 2.0."""
    lines = [(name, str(value)) for name, value in result.get("headers", {}).items()]
    lines += [("set-cookie", cookie) for cookie in result.get("cookies", [])]
    body = result.get("body") or ""
    content = b64decode(body) if result.get("isBase64Encoded") else body.encode()
    return Response(status=int(result["statusCode"]), fields=Fields(lines), body=content)


def _authorizer(principal: Mapping[str, str]) -> dict[str, Any]:
    """Return the identity in the form in which an HTTP API gives it."""
    found: dict[str, dict[str, str]] = {}
    for key, value in principal.items():
        kind, _, name = key.partition(":")
        found.setdefault(kind, {})[name] = value
    authorizer: dict[str, Any] = {}
    if "claim" in found:
        authorizer["jwt"] = {"claims": found["claim"]}
    if "lambda" in found:
        authorizer["lambda"] = found["lambda"]
    if "iam" in found:
        authorizer["iam"] = {"accountId": found["iam"].get("account"), "userArn": found["iam"].get("user")}
    return authorizer
