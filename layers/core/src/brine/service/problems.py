"""Errors as the client sees them: problem details (RFC 9457), and the one place where an error becomes a status.

docs/problems.md explains each kind. Nothing in a problem comes from inside: no host, no key, no stack.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING, Any

from brine import errors
from brine.domain.http.cache_status import CacheStatus
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Response
from brine.service.http_cache.answer import Answer, answer

if TYPE_CHECKING:
    from brine.errors import OriginError
    from brine.service.transaction import Trace, Transaction


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: the last part of its type URN, its status and its title."""

    name: str
    status: int
    title: str

    @property
    def uri(self) -> str:
        """The `type` member: names the kind, and never changes for it."""
        return f"urn:brine:problem:{self.name}"


ROUTE_UNKNOWN = Kind("route-unknown", 404, "No route has this path")
TENANT_MISSING = Kind("tenant-missing", 403, "The request does not say whose it is")
TARGET_INVALID = Kind("target-invalid", 400, "The path or query cannot be forwarded")
LOOP_DETECTED = Kind("loop-detected", 508, "The request has passed this gateway before")
EVENT_INVALID = Kind("event-invalid", 400, "The request could not be read")
REQUEST_INVALID = Kind("request-invalid", 400, "The request cannot be sent to an origin")
METHOD_UNKNOWN = Kind("method-unknown", 501, "The method is a known one in another case")
REQUEST_TOO_LARGE = Kind("request-too-large", 413, "The request's body is larger than this route takes")
NOT_STORED = Kind("not-stored", 504, "Only a stored response was wanted, and none can be used")
ORIGIN_UNREACHABLE = Kind("origin-unreachable", 502, "The origin cannot be reached")
ORIGIN_TIMEOUT = Kind("origin-timeout", 504, "The origin did not answer in time")
ORIGIN_MALFORMED = Kind("origin-malformed", 502, "The origin's response is not complete or not HTTP")
ORIGIN_CIRCUIT_OPEN = Kind("origin-circuit-open", 503, "The origin has failed too often of late and was not asked")
ORIGIN_TOO_LARGE = Kind("origin-too-large", 502, "The origin's response is larger than the gateway takes")
ANSWER_TOO_LARGE = Kind("answer-too-large", 502, "The response is larger than Lambda can return")
FORMAT_UNSUPPORTED = Kind("format-unsupported", 415, "The content has a type that cannot be read here")
FORMAT_UNACCEPTABLE = Kind("format-unacceptable", 406, "There is no format here that the request accepts")
CONTENT_INVALID = Kind("content-invalid", 400, "The content is not what its type says")
CONTENT_TOO_LARGE = Kind("content-too-large", 413, "The content is larger than can be taken this way")
TYPE_REFUSED = Kind("type-refused", 400, "The content holds a type that may not travel here")
PRINCIPAL_MISSING = Kind("principal-missing", 403, "Nobody has verified who sends this request")
SEAL_REFUSED = Kind("seal-refused", 400, "The envelope does not open for this sender, method and target")
REQUEST_REPLAYED = Kind("request-replayed", 409, "The envelope was used before")
STORE_UNAVAILABLE = Kind("store-unavailable", 503, "Storage or keys do not answer")
ORIGIN_FORMAT = Kind("origin-format", 502, "The origin's response is not in the format of its route")
ORIGIN_CONTENT = Kind("origin-content-invalid", 502, "The origin's response cannot be written in another format")
ORIGIN_SEAL = Kind("origin-seal-refused", 502, "The origin's envelope does not open")
KEYS_UNAVAILABLE = Kind("keys-unavailable", 503, "The keys of a route cannot be loaded")
INTERNAL = Kind("internal", 500, "The gateway failed")

KINDS = (
    ROUTE_UNKNOWN,
    TENANT_MISSING,
    TARGET_INVALID,
    LOOP_DETECTED,
    EVENT_INVALID,
    REQUEST_INVALID,
    METHOD_UNKNOWN,
    REQUEST_TOO_LARGE,
    NOT_STORED,
    ORIGIN_UNREACHABLE,
    ORIGIN_TIMEOUT,
    ORIGIN_MALFORMED,
    ORIGIN_TOO_LARGE,
    ORIGIN_CIRCUIT_OPEN,
    ANSWER_TOO_LARGE,
    FORMAT_UNSUPPORTED,
    FORMAT_UNACCEPTABLE,
    CONTENT_INVALID,
    CONTENT_TOO_LARGE,
    TYPE_REFUSED,
    PRINCIPAL_MISSING,
    SEAL_REFUSED,
    REQUEST_REPLAYED,
    STORE_UNAVAILABLE,
    ORIGIN_FORMAT,
    ORIGIN_CONTENT,
    ORIGIN_SEAL,
    KEYS_UNAVAILABLE,
    INTERNAL,
)

_ORIGIN_KINDS: dict[type[OriginError], Kind] = {
    errors.OriginUnreachable: ORIGIN_UNREACHABLE,
    errors.OriginTimeout: ORIGIN_TIMEOUT,
    errors.OriginMalformed: ORIGIN_MALFORMED,
    errors.OriginTooLarge: ORIGIN_TOO_LARGE,
    errors.OriginCircuitOpen: ORIGIN_CIRCUIT_OPEN,
}


def problem(kind: Kind, detail: str | None = None, *, retry_after: float | None = None) -> Response:
    """The response that tells of a problem. No cache may keep it: the next request may fare better.

    `retry_after`: seconds in which it will not.
    """
    members: dict[str, object] = {"type": kind.uri, "title": kind.title, "status": kind.status}
    if detail is not None:
        members["detail"] = detail
    fields = Fields([("content-type", "application/problem+json"), ("cache-control", "no-store")])
    if retry_after is not None:
        fields = fields.with_line("retry-after", str(ceil(retry_after)))
    return Response(status=kind.status, fields=fields, body=json.dumps(members).encode())


def problem_answer(kind: Kind, detail: str | None = None, *, route: str | None = None) -> Answer:
    """Return the answer to a request that never got as far as the cache."""
    response = problem(kind, detail)
    status = CacheStatus(detail=kind.name)
    response = replace(response, fields=status.added_to(response.fields))
    return Answer(response=response, result="problem", route=route, problem=kind.name)


def traced_answer(
    kind: Kind,
    transaction: Transaction,
    trace: Trace,
    *,
    text: str | None = None,
    retry_after: float | None = None,
    **members: Any,
) -> Answer:
    """Return the answer that describes a problem in a transaction. `text`: the problem's detail member."""
    response = problem(kind, text, retry_after=retry_after)
    return answer(response, "problem", transaction, trace, problem=kind.name, **members)


def replaced_by_problem(unsendable: Answer, kind: Kind, detail: str) -> Answer:
    """Return the answer that describes a problem in place of one that cannot be sent. The rest of it stays."""
    response = problem(kind, detail)
    fields = Fields([*response.fields, *unsendable.response.fields.only({"cache-status"})])
    return replace(unsendable, response=replace(response, fields=fields), result="problem", problem=kind.name)


def origin_problem(error: OriginError) -> Kind:
    """The kind of problem that an origin's failure is."""
    return _ORIGIN_KINDS.get(type(error), ORIGIN_UNREACHABLE)
