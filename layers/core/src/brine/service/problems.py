"""Problem details (RFC 9457): the errors that clients see, and the responses that carry them.

docs/problems.md explains each type. A problem reveals no internals: no host, no key and no stack.
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
from brine.errors import ContentTooCostly, TypeRefused
from brine.service.http_cache.answer import Answer, answer

if TYPE_CHECKING:
    from brine.errors import FormatError, OriginError
    from brine.service.diagnostics import Fault
    from brine.service.transaction import Trace, Transaction


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A problem type: the last part of its URN, its status and its title."""

    name: str
    status: int
    title: str

    @property
    def uri(self) -> str:
        """Return the `type` member, a URN that never changes."""
        return f"urn:brine:problem:{self.name}"


ROUTE_UNKNOWN = ProblemType("route-unknown", 404, "No route has this path")
TENANT_MISSING = ProblemType("tenant-missing", 403, "The request names no tenant")
TARGET_INVALID = ProblemType("target-invalid", 400, "The path or query cannot be forwarded")
LOOP_DETECTED = ProblemType("loop-detected", 508, "The request has passed this gateway before")
EVENT_INVALID = ProblemType("event-invalid", 400, "The request could not be read")
REQUEST_INVALID = ProblemType("request-invalid", 400, "The request cannot be sent to an origin")
METHOD_UNKNOWN = ProblemType("method-unknown", 501, "The method must be in upper case")
REQUEST_TOO_LARGE = ProblemType("request-too-large", 413, "The request's body is larger than this route takes")
NOT_STORED = ProblemType("not-stored", 504, "Only a stored response was wanted, and none can be used")
ORIGIN_UNREACHABLE = ProblemType("origin-unreachable", 502, "The origin cannot be reached")
ORIGIN_TIMEOUT = ProblemType("origin-timeout", 504, "The origin did not answer in time")
ORIGIN_ERROR = ProblemType("origin-error", 502, "The origin answered with an error to another request for the same")
ORIGIN_MALFORMED = ProblemType("origin-malformed", 502, "The origin's response is not complete or not HTTP")
ORIGIN_TOO_LARGE = ProblemType("origin-too-large", 501, "The origin's response is larger than the gateway takes")
ORIGIN_CIRCUIT_OPEN = ProblemType(
    "origin-circuit-open", 503, "The origin failed too often and gets no requests for a while"
)
ORIGIN_BUDGET_SPENT = ProblemType(
    "origin-budget-spent", 503, "The origin has got as many requests as it may get for now"
)
ORIGIN_CREDENTIALS = ProblemType("origin-credentials", 502, "The gateway has no credentials that the origin accepts")
PART_FAILED = ProblemType("part-failed", 502, "A service that the answer is made from gave no usable response")
FUNCTION_FAILED = ProblemType("function-failed", 500, "The function behind this path failed")
ANSWER_TOO_LARGE = ProblemType("answer-too-large", 501, "The response is larger than Lambda can return")
FORMAT_UNSUPPORTED = ProblemType("format-unsupported", 415, "The content type is not supported here")
FORMAT_UNACCEPTABLE = ProblemType("format-unacceptable", 406, "The request accepts none of the available formats")
CONTENT_INVALID = ProblemType("content-invalid", 400, "The content is not valid for its content type")
CONTENT_TOO_LARGE = ProblemType("content-too-large", 413, "The content is too large to be sent this way")
TYPE_REFUSED = ProblemType("type-refused", 400, "The content has a type that is not allowed here")
PRINCIPAL_MISSING = ProblemType("principal-missing", 403, "The request has no verified principal")
SEAL_REFUSED = ProblemType("seal-refused", 400, "The envelope does not open for this sender, method and target")
REQUEST_REPLAYED = ProblemType("request-replayed", 409, "The envelope was used before")
STORE_UNAVAILABLE = ProblemType("store-unavailable", 503, "The storage or the keys are unavailable")
ORIGIN_FORMAT = ProblemType("origin-format", 502, "The origin's response is not in the format of its route")
ORIGIN_CONTENT = ProblemType("origin-content-invalid", 502, "The origin's response cannot be written in another format")
ORIGIN_SEAL = ProblemType("origin-seal-refused", 502, "The origin's envelope does not open")
ADMIN_REQUEST_INVALID = ProblemType("admin-request-invalid", 400, "The admin API cannot take this request")
ADMIN_PATH_UNKNOWN = ProblemType("admin-path-unknown", 404, "The admin API has no such path")
ADMIN_METHOD_UNKNOWN = ProblemType("admin-method-unknown", 405, "This path of the admin API has another method")
KEYS_UNAVAILABLE = ProblemType("keys-unavailable", 503, "The keys of a route cannot be loaded")
INTERNAL = ProblemType("internal", 500, "The gateway failed")

PROBLEM_TYPES = tuple(value for value in list(globals().values()) if isinstance(value, ProblemType))

_ORIGIN_KINDS: dict[type[OriginError], ProblemType] = {
    errors.OriginUnreachable: ORIGIN_UNREACHABLE,
    errors.OriginTimeout: ORIGIN_TIMEOUT,
    errors.OriginMalformed: ORIGIN_MALFORMED,
    errors.OriginTooLarge: ORIGIN_TOO_LARGE,
    errors.OriginCircuitOpen: ORIGIN_CIRCUIT_OPEN,
    errors.OriginBudgetSpent: ORIGIN_BUDGET_SPENT,
    errors.CredentialsUnavailable: ORIGIN_CREDENTIALS,
    errors.PartFailed: PART_FAILED,
    errors.FunctionFailed: FUNCTION_FAILED,
    errors.HookFailed: FUNCTION_FAILED,
}


class Problem(Exception):
    """An error that ends a request with problem details.

    detail: a text for the client. faults: for metrics and the log. retry_after: seconds.
    """

    def __init__(
        self, kind: ProblemType, detail: str | None = None, *faults: Fault, retry_after: float | None = None
    ) -> None:
        super().__init__(kind.name if detail is None else detail)
        self.kind = kind
        self.detail = detail
        self.faults = faults
        self.retry_after = retry_after


def content_problem(error: FormatError) -> Problem:
    """Return the problem of a request with content in JSON or MessagePack that cannot be read."""
    kind = CONTENT_TOO_LARGE if isinstance(error, ContentTooCostly) else CONTENT_INVALID
    return Problem(TYPE_REFUSED if isinstance(error, TypeRefused) else kind, str(error))


def problem_response(kind: ProblemType, detail: str | None = None, *, retry_after: float | None = None) -> Response:
    """Return the response with a problem. No cache may store it, because the next request may succeed.

    retry_after: seconds until a retry may succeed. The client is told to wait for one at least.
    """
    members: dict[str, object] = {"type": kind.uri, "title": kind.title, "status": kind.status}
    if detail is not None:
        members["detail"] = detail
    fields = Fields([("content-type", "application/problem+json"), ("cache-control", "no-store")])
    if retry_after is not None:
        fields = fields.with_line("retry-after", str(max(1, ceil(retry_after))))
    return Response(status=kind.status, fields=fields, body=json.dumps(members).encode())


def problem_answer(kind: ProblemType, detail: str | None = None, *, route: str | None = None) -> Answer:
    """Return the answer to a request that did not reach the cache."""
    response = problem_response(kind, detail)
    status = CacheStatus(detail=kind.name)
    response = replace(response, fields=status.added_to(response.fields))
    return Answer(response=response, result="problem", route=route, problem=kind.name)


def traced_answer(
    kind: ProblemType,
    transaction: Transaction,
    trace: Trace,
    *,
    text: str | None = None,
    retry_after: float | None = None,
    **members: Any,
) -> Answer:
    """Return the answer that describes a problem in a transaction. `text`: the problem's detail member."""
    response = problem_response(kind, text, retry_after=retry_after)
    return answer(response, "problem", transaction, trace, problem=kind.name, **members)


def replaced_by_problem(unsendable: Answer, kind: ProblemType, detail: str | None) -> Answer:
    """Return the answer with a problem in place of its response. It keeps the Cache-Status and all other members."""
    response = problem_response(kind, detail)
    fields = Fields([*response.fields, *unsendable.response.fields.only({"cache-status"})])
    return replace(unsendable, response=replace(response, fields=fields), result="problem", problem=kind.name)


def fetch_problem(name: str) -> ProblemType:
    """Return the type of the problem that another request's fetch ended with, by its name."""
    return next((kind for kind in _ORIGIN_KINDS.values() if kind.name == name), ORIGIN_ERROR)


def origin_problem(error: OriginError) -> ProblemType:
    """Return the type of the problem that an error of the origin causes."""
    return _ORIGIN_KINDS.get(type(error), ORIGIN_UNREACHABLE)
