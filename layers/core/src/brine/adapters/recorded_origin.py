"""Origins that record their responses in a file, and that answer from such a file: for work without a network.

The file has one JSON object per line: `method`, `url`, `content` (the SHA-256 of the request's content, or empty),
`status`, `fields` and `body` (base64). It contains no field of a request, so it has no credentials of clients or
routes. It does contain what the origin answered, such as Set-Cookie.
"""

from __future__ import annotations

import json
import os
import time
from base64 import b64decode, b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from brine.domain.http.conditions import is_not_modified
from brine.domain.http.dates import date_field, format_http_date
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Response
from brine.errors import ConfigError, OriginUnreachable

if TYPE_CHECKING:
    from pathlib import Path

    from brine.domain.http.messages import Request
    from brine.domain.routing.origin import OriginAddress
    from brine.ports.deadline import Deadline
    from brine.ports.origins import Origin

type Key = tuple[str, str, str]

_PARTIAL: Final = frozenset({206, 304, 412, 416})
"""Statuses that answer the conditions or the range of one request only. They are not recorded."""
_NOT_MODIFIED_FIELDS: Final = frozenset(
    {"cache-control", "content-location", "date", "etag", "expires", "last-modified", "vary"}
)


class RecordingOrigin:
    """An origin that appends each complete response of another origin to a file.

    Several processes may append to one file. Errors are not recorded. alias: the URL of an origin, and the URL that
    stands for it in the file, in addresses and in fields such as Location.
    """

    def __init__(self, origin: Origin, path: Path, alias: tuple[str, str] | None = None) -> None:
        self._origin = origin
        self._path = path
        self._alias = alias

    def fetch(self, origin: OriginAddress, request: Request, deadline: Deadline) -> Response:
        """Return the response of the other origin. Raises what that raises."""
        response = self._origin.fetch(origin, request, deadline)
        if response.status not in _PARTIAL:
            method, url, content = _key_of(origin, request)
            is_aliased = self._alias is not None and self._alias[0] == str(origin)
            exchange = {
                "method": method,
                "url": self._aliased(url) if is_aliased else url,
                "content": content,
                "status": response.status,
                "fields": [(name, self._aliased(value) if is_aliased else value) for name, value in response.fields],
                "body": b64encode(response.body).decode("ascii"),
            }
            self._append(json.dumps(exchange, ensure_ascii=False) + "\n")
        return response

    def _aliased(self, text: str) -> str:
        return text if self._alias is None else text.replace(*self._alias)

    def _append(self, line: str) -> None:
        """Append a line by one write, so that lines of several processes do not mix."""
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(file, line.encode())
        finally:
            os.close(file)


def parse_alias(text: str) -> tuple[str, str]:
    """Return the two URLs of BRINE_RECORD_ALIAS. Raises ConfigError."""
    url, equals, alias = text.partition("=")
    if not equals:
        raise ConfigError(f"BRINE_RECORD_ALIAS is {text!r}: write two URLs as URL=URL")
    return url, alias


class PlayedOrigin:
    """An origin that answers from a file of recorded responses, and makes no connection.

    Each request gets the recorded responses of its method, URL and content in their order; the last one repeats. A
    `Date` becomes the present, so that recorded responses are as fresh as they were. Raises ConfigError for a file that
    cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._responses = _read(path)
        self._next: dict[Key, int] = {}

    def fetch(self, origin: OriginAddress, request: Request, deadline: Deadline) -> Response:  # noqa: ARG002 - it needs no time
        """Return the recorded response. Raises OriginUnreachable if there is none."""
        key = _key_of(origin, request)
        recorded = self._responses.get(key)
        if recorded is None and request.method == "HEAD":
            recorded = self._responses.get(("GET", *key[1:]))
        if recorded is None:
            missing = f"{self._path.name} has no response for {request.method} {key[1]}"
            raise OriginUnreachable(missing, missing)
        at = min(self._next.get(key, 0), len(recorded) - 1)
        self._next[key] = at + 1
        return _played(recorded[at], request)


def _played(recorded: Response, request: Request) -> Response:
    now = time.time()
    fields = _dated_now(recorded.fields, now)
    if request.method in {"GET", "HEAD"} and recorded.status == 200 and is_not_modified(request.fields, fields, now):
        return Response(status=304, fields=fields.only(_NOT_MODIFIED_FIELDS))
    return Response(status=recorded.status, fields=fields, body=b"" if request.method == "HEAD" else recorded.body)


def _dated_now(fields: Fields, now: float) -> Fields:
    """Return the fields with the present as Date, and with Expires as far ahead of it as it was."""
    date, expires = date_field(fields, "date", now), date_field(fields, "expires", now)
    if date is None:
        return fields
    if expires is not None:
        fields = fields.replacing("expires", format_http_date(now + expires - date))
    return fields.replacing("date", format_http_date(now))


def _key_of(origin: OriginAddress, request: Request) -> Key:
    content = sha256(request.body).hexdigest() if request.body else ""
    return request.method, f"{origin}{request.target}", content


def _read(path: Path) -> dict[Key, list[Response]]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: the recorded responses cannot be read: {error}") from None
    found: dict[Key, list[Response]] = {}
    for number, line in enumerate(text.split("\n"), 1):  # fields may have other ends of lines that Python knows
        if not line:
            continue
        try:
            exchange: dict[str, Any] = json.loads(line)
            key = str(exchange["method"]), str(exchange["url"]), str(exchange["content"])
            fields = Fields((str(name), str(value)) for name, value in exchange["fields"])
            response = Response(
                status=int(exchange["status"]), fields=fields, body=b64decode(exchange["body"], validate=True)
            )
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise ConfigError(
                f"{path}:{number}: not a recorded response ({type(error).__name__}: {error}). Record it again with "
                "`brine dev --record-origin`"
            ) from None
        found.setdefault(key, []).append(response)
    return found
