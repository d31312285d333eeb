"""Answers as AWS writes them."""

from __future__ import annotations

import json


def http(status: int, body: bytes, kind: str = "application/x-amz-json-1.0") -> bytes:
    head = f"HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


def json_answer(document: object, status: int = 200) -> bytes:
    return http(status, json.dumps(document).encode())


def json_error(code: str, status: int = 400) -> bytes:
    return json_answer({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "pk r#123 is secret"}, status)


def xml_error(code: str, status: int) -> bytes:
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>secret</Message></Error>'
    return http(status, text.encode(), "application/xml")
