"""Converts the requests and responses of one route (docs/formats.md).

The cache stores the origin's response once, and each answer is rendered from it. So cache keys, validation and
invalidation work as on any route. The transcoder translates a request for the origin before the cache sees it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from brine.domain.compression.coded_fields import CONTENT_DIGESTS, varying_by
from brine.domain.formats import negotiate
from brine.domain.formats.media import format_of
from brine.domain.http.cache_control import parse_directives, parse_response_directives
from brine.domain.http.conditions import RANGE_FIELDS
from brine.domain.http.messages import CACHED_METHODS
from brine.domain.routing.transcoding import conditions_for_read, conditions_for_write
from brine.service import problems
from brine.service.transcoding.invocation import Invocation

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.formats.media import Format
    from brine.domain.http.fields import Fields
    from brine.domain.http.messages import Request
    from brine.domain.routing.transcoding import Rendition, Transcoding
    from brine.ports.deadline import Deadline
    from brine.service.http_cache.answer import Answer
    from brine.service.transcoding.content_converter import ContentConverter

_BODILESS = frozenset({204, 304})
_REUSED = frozenset({"hit", "stale", "collapsed", "validated"})


class Upstream(Protocol):
    """Serves a request that was translated for the origin. `anew`: without using a stored response."""

    def __call__(self, request: Request, /, *, anew: bool = False) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Transcoder:
    """Serves the requests of one route. `renditions`: by format, for the formats that need a conversion.

    is_query: returns whether a request, in the form for the origin, is a query by content.
    """

    route: str
    transcoding: Transcoding
    converter: ContentConverter
    renditions: dict[Format, Rendition]
    clock: Callable[[], float]
    is_query: Callable[[Request], bool] = lambda _: False

    def serve(self, request: Request, upstream: Upstream, target: str, *, deadline: Deadline, account: str) -> Answer:
        """Return the answer to a client's request.

        upstream: serves the translated request. target: the target at the origin. account: the AWS account of the
        gateway, in twelve digits.
        """
        invocation = Invocation(now=self.clock(), deadline=deadline, account=account)
        form = negotiate(request.fields.all("accept"), self.transcoding.client_formats)
        if form is None and not self.transcoding.is_function:
            offered = ", ".join(form.media_type for form in self.transcoding.client_formats)
            return self._varying(
                problems.problem_answer(problems.FORMAT_UNACCEPTABLE, f"this route gives {offered}", route=self.route)
            )
        rendition = None if form is None else self.renditions.get(form)
        try:
            origin_request = self._origin_request(request, rendition, target, invocation)
        except problems.Problem as problem:
            failed = problems.problem_answer(problem.kind, problem.detail, route=self.route)
            return self._varying(replace(failed, faults=problem.faults))
        if rendition is None:
            return self._varying(self._as_made(upstream(origin_request), form))
        return self._varying(self._converted(origin_request, rendition, upstream, request, target))

    def _converted(
        self, origin_request: Request, rendition: Rendition, upstream: Upstream, request: Request, target: str
    ) -> Answer:
        """Return the answer in another format. If a stored envelope does not open, fetch it again, once.

        It may have expired before the response is stale, or its key or types may have been removed.
        """
        answer = upstream(origin_request)
        converted = self._rendered(answer, rendition, request, target)
        if converted.problem != problems.ORIGIN_SEAL.name or answer.result not in _REUSED:
            return converted
        again = self._rendered(upstream(origin_request, anew=True), rendition, request, target)
        return replace(again, faults=tuple(dict.fromkeys((*converted.faults, *again.faults))))

    def _origin_request(
        self, request: Request, rendition: Rendition | None, target: str, invocation: Invocation
    ) -> Request:
        """Return the request for the origin. It asks for the whole content in the origin's format, without a coding."""
        fields = request.fields.without({"accept-encoding"}).replacing("accept", self.transcoding.origin.media_type)
        fields = fields.with_line("accept-encoding", "identity")
        body = b""
        if request.body:
            body = self.converter.to_origin(request, target, invocation)
            if body != request.body:
                fields = fields.without(CONTENT_DIGESTS)
            fields = fields.replacing("content-type", self.transcoding.request_format.media_type)
        if request.method not in CACHED_METHODS and not self.is_query(replace(request, fields=fields, body=body)):
            fields = conditions_for_write(fields, self.renditions.values())
        elif rendition is not None:
            fields = conditions_for_read(fields.without(RANGE_FIELDS), rendition)
        return replace(request, fields=fields, body=body)

    def _rendered(self, answer: Answer, rendition: Rendition, request: Request, target: str) -> Answer:
        """Return the answer in another format. An error of the origin in an unexpected format passes unchanged."""
        response = answer.response
        if answer.problem is not None:
            return answer
        kind = response.fields.get("content-type")
        if response.status in _BODILESS or (not response.body and (request.method != "HEAD" or kind is None)):
            return replace(answer, response=replace(response, fields=rendition.with_rendition_tag(response.fields)))
        refused: tuple[problems.ProblemType, str] | None = None
        if format_of(kind) is not self.transcoding.origin:
            refused = problems.ORIGIN_FORMAT, f"the origin's response is not {self.transcoding.origin.media_type}"
        elif _forbids_conversion(response.fields):
            refused = problems.FORMAT_UNACCEPTABLE, "the origin forbids that its response is converted (no-transform)"
        if refused is not None:
            passes = response.status >= 300 or self.transcoding.is_function
            return answer if passes else problems.replaced_by_problem(answer, *refused)
        fields = rendition.with_content_fields(response.fields)
        if request.method == "HEAD":
            return replace(answer, response=replace(response, fields=fields))
        try:
            body = self.converter.to_client(response, rendition.form, request, target, self.clock())
        except problems.Problem as problem:
            failed = problems.replaced_by_problem(answer, problem.kind, problem.detail)
            return replace(failed, faults=(*failed.faults, *problem.faults))
        return replace(answer, response=replace(response, fields=fields, body=body))

    def _as_made(self, answer: Answer, form: Format | None) -> Answer:
        """Return the answer in the origin's format, if the client accepts it: a function decides late what it gives."""
        kind = answer.response.fields.get("content-type")
        if form is None and format_of(kind) is self.transcoding.origin:
            offered = ", ".join(form.media_type for form in self.transcoding.client_formats)
            detail = f"this route gives {offered}"
            return problems.replaced_by_problem(answer, problems.FORMAT_UNACCEPTABLE, detail)
        return answer

    def _varying(self, answer: Answer) -> Answer:
        return replace(answer, response=replace(answer.response, fields=varying_by(answer.response.fields, "Accept")))


def _forbids_conversion(fields: Fields) -> bool:
    """Return whether a field has no-transform, which applies to every intermediary (RFC 9111 section 5.2.2.6).

    A targeted field overrides only the directives for caches (RFC 9213 section 2.1), so both fields count.
    """
    both = (parse_response_directives(fields), parse_directives(fields.get("cache-control", "")))
    return any(directives.restricts("no-transform") for directives in both)
