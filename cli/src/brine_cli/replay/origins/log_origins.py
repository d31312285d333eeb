"""The origin of a replay: it sends the responses that the log or a sample has, and otherwise what is assumed.

The bytes of each row tell which representation its target had then. A target that answered 304 has a validator, so
without an ETag in the log it gets one, which changes with the size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.domain.http.conditions import is_not_modified
from brine.domain.http.dates import format_http_date, parse_http_date
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Response
from brine_cli.replay.model.sized_body import sized_body

if TYPE_CHECKING:
    from collections.abc import Iterable

    from brine_cli.replay.model.asked import Asked
    from brine_cli.replay.origins.samples import Sample, Samples
    from brine_cli.replay.rows import Lines, Row

_OF_OTHER_BYTES = frozenset({"content-length", "transfer-encoding"})
"""Fields of a response in a log that describe other bytes than those that its size counts."""
_VALIDATORS = frozenset({"etag", "last-modified"})
_REMEMBERED = 10_000


class LogOrigins:
    """Gives the responses of the rows of one part of a log.

    seconds: how long an origin takes whose row has no time. rows: all rows, in the order of their times.
    """

    def __init__(self, rows: Iterable[Row], samples: Samples, seconds: float) -> None:
        self._samples = samples
        self._seconds = seconds
        self._sizes: dict[str, int] = {}
        self._validated: set[str] = set()
        self._responses: dict[tuple[int, int, Lines], Response] = {}
        known, total = 0, 0
        for _, method, target, status, size, _, _ in rows:
            if status == 304:
                self._validated.add(target)
            elif status == 200 and size >= 0 and method != "HEAD":
                self._sizes.setdefault(target, size)
                known, total = known + 1, total + size
        self._usual_size = total // known if known else 0

    def response(self, row: Row, asked: Asked, sent: Fields, at: float) -> tuple[Response, float]:
        """Return the response to a request with the fields `sent` at a time, and the seconds that it took."""
        _, method, target, status, size, seconds, extra = row
        own = None if extra is None else extra[2]
        sample = self._samples.of(target) if own is None else None
        taken = seconds if seconds >= 0 else self._seconds if sample is None else sample.seconds
        is_whole = status == 304 or (status == 206 and "range" not in sent)
        if status == 200 and size >= 0 and method != "HEAD":
            self._sizes[target] = size
        elif is_whole or size < 0 or method == "HEAD":
            size = self._sizes.get(target, self._usual_size)
        if is_whole:
            status = 200
        if own is not None:
            response = self._made(status, size, self._with_validator(own, target, size))
        elif sample is not None and status == 200:
            response = self._of_sample(sample, target, size, at)
        else:
            response = self._made(status, size, self._with_validator((), target, size))
        if status == 200 and asked.transaction.request.method in {"GET", "HEAD"}:
            if sent.lines and is_not_modified(sent, response.fields, at):
                return Response(status=304, fields=response.fields), taken
            if method == "HEAD":
                return Response(status=200, fields=response.fields), taken
        return response, taken

    def _with_validator(self, lines: Lines, target: str, size: int) -> Lines:
        """Return the fields of a response, with an ETag if the log shows that it has one."""
        if target not in self._validated or any(name in _VALIDATORS for name, _ in lines):
            return lines
        return (*lines, ("etag", f'"{size}"'))

    def _of_sample(self, sample: Sample, target: str, size: int, at: float) -> Response:
        """Return a response with the fields of a sample. Its dates keep their distance, and its ETag its size."""
        date = next((parse_http_date(value, at) for name, value in sample.fields if name == "date"), None)
        lines, has_validator = [], target in self._validated
        for name, value in sample.fields:
            has_validator = has_validator or name in _VALIDATORS
            if name in {"expires", "last-modified"} and date is not None:
                then = parse_http_date(value, at)
                value = value if then is None else format_http_date(at + then - date)  # noqa: PLW2901
            if name not in {"date", "etag"}:
                lines.append((name, value))
        if has_validator:
            lines.append(("etag", f'"{size}"'))
        return self._made(200, size, tuple(lines))

    def _made(self, status: int, size: int, lines: Lines) -> Response:
        """Return a response, the same object for equal ones."""
        key = status, size, lines
        response = self._responses.get(key)
        if response is None:
            if len(self._responses) >= _REMEMBERED:
                self._responses.clear()
            fields = Fields.from_lowercase(line for line in lines if line[0] not in _OF_OTHER_BYTES)
            response = self._responses[key] = Response(status=status, fields=fields, body=sized_body(size))
        return response
