"""The origin of a replay: it sends the responses of the log or of a sample, and otherwise assumed ones.

The bytes of each row tell which representation its target had then. A target that answered 304 has a validator. If the
log does not have it, the origin confirms a stored response of the same size.
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

    from brine_cli.replay.model.asked import AskedRequest
    from brine_cli.replay.origins.samples import OriginSample, Samples
    from brine_cli.replay.rows import Lines, Row

_OF_OTHER_BYTES = frozenset({"content-length", "transfer-encoding"})
"""Fields of a response in a log that describe other bytes than those that its size counts."""
_ETAG = ("etag", '"as logged"')
"""The ETag of a response without its own. The size tells whether it is still the same representation."""
_VALIDATORS = frozenset({"etag", "last-modified"})
_REMEMBERED = 10_000


class LogOrigins:
    """Gives the responses of the rows of one part of a log.

    seconds: the time of the origin for rows without one. rows: all rows, in the order of their times. usual_size: the
    bytes of a response without a size in any row of its target.
    """

    def __init__(self, rows: Iterable[Row], samples: Samples, seconds: float, usual_size: int = 0) -> None:
        self._samples = samples
        self._seconds = seconds
        self._sizes: dict[str, int] = {}
        self._validated: set[str] = set()
        self._fields: dict[Lines, Fields] = {}
        self._responses: dict[tuple[int, int, Lines], Response] = {}
        for _, method, target, status, size, _, _ in rows:
            if status == 304:
                self._validated.add(target)
            elif status == 200 and size >= 0 and method != "HEAD":
                self._sizes.setdefault(target, size)
        self._usual_size = usual_size

    def response(
        self, row: Row, asked: AskedRequest, fields: Fields, validated: int | None, at: float
    ) -> tuple[Response, float]:
        """Return the response to a request, as Origins does."""
        _, method, target, status, size, seconds, extra = row
        own = None if extra is None else extra[2]
        sample = self._samples.of(target) if own is None else None
        taken = seconds if seconds >= 0 else self._seconds if sample is None else sample.seconds
        is_whole = status == 304 or (status == 206 and "range" not in fields)
        if status == 200 and size >= 0 and method != "HEAD":
            self._sizes[target] = size
        elif is_whole or size < 0 or method == "HEAD":
            size = self._sizes.get(target, self._usual_size)
        if is_whole:
            status = 200
        is_sampled = own is None and sample is not None and status == 200
        if is_sampled and sample is not None:
            lines, is_own = self._of_sample(sample, target, at), False
        else:
            lines, is_own = self._with_validator(own or (), target)
        response = self._made(status, size, lines)
        if status == 200 and asked.transaction.request.method in {"GET", "HEAD"}:
            if is_own:
                is_unchanged = bool(fields.lines) and is_not_modified(fields, response.fields, at)
            else:
                is_unchanged = validated == size
            if is_unchanged:
                return self._made(304, 0, lines), taken
            if method == "HEAD":
                return self._made(200, 0, lines), taken
        return response, taken

    def _with_validator(self, lines: Lines, target: str) -> tuple[Lines, bool]:
        """Return the fields of a response, and whether they are its own: a 304 in the log shows that it has an ETag."""
        if target not in self._validated or any(name in _VALIDATORS for name, _ in lines):
            return lines, True
        return (*lines, _ETAG), False

    def _of_sample(self, sample: OriginSample, target: str, at: float) -> Lines:
        """Return the fields of a sample as if it had been sent at `at`: its dates keep their distance."""
        date = next((parse_http_date(value, at) for name, value in sample.fields if name == "date"), None)
        lines, has_validator = [], target in self._validated
        for name, value in sample.fields:
            has_validator = has_validator or name in _VALIDATORS
            then = parse_http_date(value, at) if name in {"expires", "last-modified"} and date is not None else None
            if name not in {"date", "etag"}:
                moved = None if then is None or date is None else format_http_date(at + then - date)
                lines.append((name, moved or value))
        return (*lines, _ETAG) if has_validator else tuple(lines)

    def _made(self, status: int, size: int, lines: Lines) -> Response:
        """Return a response, the same object for equal ones."""
        key = status, size, lines
        response = self._responses.get(key)
        if response is None:
            fields = self._fields.get(lines)
            if fields is None:
                if len(self._fields) >= _REMEMBERED:
                    self._fields.clear()
                fields = Fields.from_lowercase(line for line in lines if line[0] not in _OF_OTHER_BYTES)
                self._fields[lines] = fields
            if len(self._responses) >= _REMEMBERED:
                self._responses.clear()
            response = self._responses[key] = Response(status=status, fields=fields, body=sized_body(size))
        return response
