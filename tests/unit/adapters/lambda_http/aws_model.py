"""A model of AWS between HTTP and Lambda, as far as docs/aws-http-events.md and docs/events.md describe it."""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from urllib.parse import parse_qsl, unquote

from awslambdaric.lambda_runtime_marshaller import LambdaMarshaller

if TYPE_CHECKING:
    from collections.abc import Iterable

type Lines = list[tuple[str, str]]
type Event = dict[str, Any]

CLIENT = "203.0.113.7"


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A request as a client sends it: `path` and `query` percent-encoded, header values as ISO-8859-1."""

    method: str = "GET"
    path: str = "/"
    query: str | None = None
    lines: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


@dataclass(frozen=True, kw_only=True)
class Received:
    """A response as the client gets it, header values as ISO-8859-1."""

    status: int
    lines: Lines
    body: bytes

    def all(self, name: str) -> list[str]:
        return [value for own, value in self.lines if own.lower() == name]


def http_api_event(sent: Sent) -> Event:
    """Decodes the path twice and cuts it at a decoded "?"; takes cookies out of the headers."""
    path = unquote(unquote(sent.path).split("?", 1)[0])
    event = _format_2(sent, path, "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com")
    event["headers"].pop("cookie", None)
    return event


def function_url_event(sent: Sent) -> Event:
    """Leaves the path as it is, and cookies in the headers too."""
    return _format_2(sent, sent.path, "abcdef.lambda-url.eu-west-1.on.aws")


def _format_2(sent: Sent, path: str, domain: str) -> Event:
    event: Event = {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": sent.query or "",
        "headers": {name: ",".join(values) for name, values in _grouped(sent.lines).items()},
        "requestContext": {
            "domainName": domain,
            "stage": "$default",
            "http": {"method": sent.method, "path": unquote(sent.path), "sourceIp": CLIENT},
        },
        **_body(sent.body),
    }
    cookies = [cookie for name, value in sent.lines if name == "cookie" for cookie in value.split("; ")]
    return event | ({"cookies": cookies} if cookies else {})


def rest_event(sent: Sent) -> Event:
    """Decodes each parameter; sorts headers and parameters by name."""
    headers = dict(sorted(_grouped(sent.lines).items()))
    query = dict(sorted(_grouped(parse_qsl(sent.query or "", keep_blank_values=True)).items())) or None
    return {
        "httpMethod": sent.method,
        "path": sent.path,
        "headers": {name: values[-1] for name, values in headers.items()},
        "multiValueHeaders": headers,
        "queryStringParameters": query and {name: values[-1] for name, values in query.items()},
        "multiValueQueryStringParameters": query,
        "requestContext": {"stage": "live", "path": "/live" + sent.path, "identity": {"sourceIp": CLIENT}},
        **_body(sent.body),
    }


def alb_event(sent: Sent, *, multi_value: bool) -> Event:
    """Takes the query apart without decoding it; reads header bytes as UTF-8."""
    pairs = [parameter.partition("=")[::2] for parameter in (sent.query or "").split("&") if parameter]
    query = _grouped(pairs)
    headers = _grouped([(name, value.encode("latin-1").decode()) for name, value in sent.lines])
    headers["x-forwarded-for"] = [f"192.0.2.1, {CLIENT}"]
    event: Event = {
        "requestContext": {"elb": {"targetGroupArn": "arn"}},
        "httpMethod": sent.method,
        "path": sent.path,
        **_body(sent.body),
    }
    if multi_value:
        return event | {"multiValueHeaders": headers, "multiValueQueryStringParameters": query}
    return event | {"headers": _last(headers), "queryStringParameters": _last(query)}


def as_lambda_writes(answer: dict[str, object]) -> bytes:
    """The bytes that the runtime of Python 3.13 sends for a handler's return value."""
    with patch.dict(os.environ, {"AWS_EXECUTION_ENV": "AWS_Lambda_python3.13"}):  # it is read in the constructor
        written: str = LambdaMarshaller().marshal_response(answer)[0]
    return written.encode()


def received(answer: dict[str, object], *, alb: bool = False) -> Received:
    """The client's answer, for a result in any format. A load balancer may reorder lines: here they come reversed."""
    members = json.loads(as_lambda_writes(answer))
    lines = [(name, value) for name, value in members.get("headers", {}).items()]
    several = [(name, value) for name, values in members.get("multiValueHeaders", {}).items() for value in values]
    cookies = [("set-cookie", cookie) for cookie in members.get("cookies", [])]
    charset = "utf-8" if alb else "latin-1"
    coded = [(name, value.encode(charset).decode("latin-1")) for name, value in [*lines, *several, *cookies]]
    return Received(
        status=members["statusCode"],
        lines=coded[::-1] if alb else coded,
        body=base64.b64decode(members["body"]) if members["isBase64Encoded"] else members["body"].encode(),
    )


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for name, value in pairs:
        groups.setdefault(name, []).append(value)
    return groups


def _last(groups: dict[str, list[str]]) -> dict[str, str]:
    return {name: values[-1] for name, values in groups.items()}


def _body(body: bytes) -> Event:
    """Text where the bytes allow it, which exercises both forms."""
    try:
        return {"body": body.decode(), "isBase64Encoded": False} if body else {"isBase64Encoded": False}
    except UnicodeDecodeError:
        return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
