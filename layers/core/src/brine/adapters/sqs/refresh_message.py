"""The text of a refresh request in SQS: JSON, with the version of its format."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode

from brine.domain.http.field_syntax import FIELD_VALUE, TOKEN
from brine.domain.http.fields import Fields
from brine.domain.refreshing.request import RefreshRequest
from brine.errors import BadEvent

VERSION = 3

_TARGET = re.compile(r"/[!-~]*")


def write(request: RefreshRequest) -> str:
    """Return the text of a refresh request, in ASCII."""
    return json.dumps(
        {
            "version": VERSION,
            "route": request.route,
            "target": request.target,
            "key": request.key,
            "tenant": request.tenant,
            "fields": request.fields.lines,
            "renews": request.renews,
            "method": request.method,
            "content": b64encode(request.content).decode(),
        },
        separators=(",", ":"),
    )


def read(text: str) -> RefreshRequest:
    """Return the request in a message. Raises BadEvent, which names the error and never the content."""
    try:
        message = json.loads(text)
    except ValueError:
        raise BadEvent("the message is not JSON") from None
    match message:
        case {
            "version": int(version),
            "route": str(route),
            "target": str(target),
            "key": str(key),
            "tenant": str(tenant),
            "fields": list(lines),
            "renews": int() | None as renews,
            "method": str(method),
            "content": str(encoded),
        } if (
            version == VERSION
            and all(map(_is_line, lines))
            and _TARGET.fullmatch(target)
            and not isinstance(renews, bool)
            and TOKEN.fullmatch(method)
            and (content := _decoded(encoded)) is not None
        ):
            return RefreshRequest(
                route=route,
                target=target,
                key=key,
                tenant=tenant,
                fields=Fields(map(tuple, lines)),
                renews=renews,
                method=method,
                content=content,
            )
    raise BadEvent("the message is no refresh request of this version")


def _decoded(text: str) -> bytes | None:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        return None


def _is_line(line: object) -> bool:
    match line:
        case [str(name), str(value)]:
            return TOKEN.fullmatch(name) is not None and FIELD_VALUE.fullmatch(value) is not None
    return False
