"""The names that logs have for the members of a row, and the units of their values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from brine_cli.replay.logs.numbers import seconds_of, size_of, status_of
from brine_cli.replay.logs.targets import host_of
from brine_cli.replay.logs.times import time_of_number, time_of_text
from brine_cli.replay.rows import UNKNOWN, Row, WrongLine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine_cli.replay.logs.reading import Reading
    from brine_cli.replay.rows import Lines

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "time": (
        "requestTimeEpoch",
        "requestTime",
        "time",
        "timestamp",
        "@timestamp",
        "time_iso8601",
        "msec",
        "time_local",
    ),
    "method": ("httpMethod", "method", "request_method", "http.method"),
    "target": ("target", "url", "uri", "request_uri", "path", "rawPath"),
    "query": ("query", "queryString", "rawQueryString", "args", "query_string"),
    "status": ("status", "statusCode", "status_code"),
    "bytes": ("responseLength", "bytes", "body_bytes_sent", "bytes_sent", "size"),
    "seconds": ("origin_seconds", "seconds", "upstream_response_time", "request_time"),
    "milliseconds": (
        "integrationLatency",
        "integration.latency",
        "responseLatency",
        "origin_milliseconds",
        "latency_ms",
        "milliseconds",
    ),
    "host": ("domainName", "host", "http_host"),
    "stage": ("stage",),
    "request": ("request", "requestLine", "request_line"),
    "tenant": ("tenant",),
}
"""The usual names: those of API Gateway's $context, of `brine dev --log json`, and of nginx in JSON."""

_ABSENT: Final = (None, "", "-")  # not a set, since a value may be a list
_CLAIMS: Final = ("authorizer.claims.", "authorizer.jwt.claims.", "claims.", "claim:")
_IDENTITY: Final[Mapping[str, tuple[str, ...]]] = {
    "iam:account": ("identity.accountId", "accountId"),
    "iam:user": ("identity.userArn", "identity.user", "identity.caller"),
}


def _of_tenant(source: str) -> tuple[str, ...]:
    """Return the names that logs have for the place where a route reads its tenant."""
    kind, _, name = source.partition(":")
    match kind:
        case "claim":
            return source, *[prefix + name for prefix in _CLAIMS], f"authorizer.{name}"
        case "lambda":
            return source, f"authorizer.{name}", f"authorizer.lambda.{name}"
        case "header":
            return source, f"request.{name}"
        case _:
            return source, *_IDENTITY.get(source, ())


class Found(NamedTuple):
    """The names in one log of the members of a row; None for a member that it lacks."""

    time: str
    method: str | None
    target: str | None
    query: str | None
    status: str
    size: str | None
    seconds: str | None
    milliseconds: tuple[str, ...]
    host: str | None
    stage: str | None
    request: str | None
    tenants: tuple[str, ...]
    request_fields: tuple[tuple[str, str], ...]
    response_fields: tuple[tuple[str, str], ...]


class Members:
    """Makes rows of records with named members. Finds the names once for all records with the same members."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._found: dict[tuple[str, ...], Found] = {}

    def row(self, record: Mapping[str, Any]) -> Row | None:
        """Return the request of a record; None if its host is not wanted. Raises WrongLine."""
        names = tuple(record)
        found = self._found.get(names)
        if found is None:
            found = self._found[names] = self._find(record)
        reading = self._reading
        method, target = self._request(record, found)
        if reading.hosts:
            host = host_of(target) or (str(record[found.host]).lower() if found.host else None)
            if host not in reading.hosts:
                return None
        query = None if found.query is None else record[found.query]
        if found.stage is not None:
            stage = f"/{record[found.stage]}"
            if target.startswith(stage + "/") or target == stage:
                target = target[len(stage) :] or "/"
        return Row(
            _time(record[found.time]),
            method,
            reading.targets.read(target, None if query in _ABSENT else str(query)),
            status_of(record[found.status]),
            UNKNOWN if found.size is None or record[found.size] in _ABSENT else size_of(record[found.size]),
            _seconds(record, found),
            self._extra(record, found),
        )

    def _request(self, record: Mapping[str, Any], found: Found) -> tuple[str, str]:
        """Return the method and the target."""
        if found.target is not None:
            method = "GET" if found.method is None else str(record[found.method])
            return method, str(record[found.target])
        parts = str(record[found.request or ""]).split(" ")
        if len(parts) not in {2, 3}:
            raise WrongLine(f"{str(record[found.request or ''])[:40]!r} is not a request line")
        return parts[0], parts[1]

    def _extra(self, record: Mapping[str, Any], found: Found) -> tuple[str | None, Lines, Lines | None, bytes] | None:
        tenant = next((str(record[name]) for name in found.tenants if record[name] not in _ABSENT), None)
        request = _lines(record, found.request_fields)
        response = _lines(record, found.response_fields) if found.response_fields else None
        return (tenant, request, response, b"") if tenant is not None or request or response is not None else None

    def _find(self, record: Mapping[str, Any]) -> Found:
        """Return the names of this record's members. Raises WrongLine for one that every row needs."""
        reading = self._reading

        def name_of(member: str) -> str | None:
            own = reading.names.get(member)
            return next((name for name in ((own,) if own else NAMES[member]) if name in record), None)

        time, status, request, target = name_of("time"), name_of("status"), name_of("request"), name_of("target")
        if time is None or status is None or (request is None and target is None):
            lacks = "time" if time is None else "status" if status is None else "path"
            raise WrongLine(f"no {lacks} among {', '.join(record)[:120] or 'no members'}")
        tenants = [name for source in reading.tenants for name in _of_tenant(source)] + [name_of("tenant")]
        return Found(
            time,
            name_of("method"),
            target,
            name_of("query"),
            status,
            name_of("bytes"),
            name_of("seconds"),
            tuple(name for name in (reading.names.get("milliseconds", ""), *NAMES["milliseconds"]) if name in record),
            name_of("host"),
            name_of("stage"),
            request,
            tuple(name for name in tenants if name is not None and name in record),
            _fields_of("request", record),
            _fields_of("response", record),
        )


def _fields_of(kind: str, record: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the names of the members that are fields of the request or of the response, and the names of the fields.

    They are called `request.accept`, or are in an object `request_headers`.
    """
    prefixes = f"{kind}.", f"{kind}_headers.", f"{kind}Headers."
    named = ((name, prefix) for name in record for prefix in prefixes if name.startswith(prefix))
    return tuple((name, name.removeprefix(prefix).lower()) for name, prefix in named)


def _lines(record: Mapping[str, Any], names: tuple[tuple[str, str], ...]) -> Lines:
    return tuple((field, str(record[name])) for name, field in names if record[name] not in _ABSENT)


def _time(value: object) -> float:
    if isinstance(value, int | float):
        return time_of_number(value)
    return time_of_text(str(value))


def _seconds(record: Mapping[str, Any], found: Found) -> float:
    """Return how long the origin took, from the first member that has it. Raises WrongLine."""
    for name in found.milliseconds:
        if record[name] not in _ABSENT:
            return seconds_of(record[name]) / 1000
    if found.seconds is not None and record[found.seconds] not in _ABSENT:
        return seconds_of(str(record[found.seconds]).rpartition(",")[2])
    return UNKNOWN
