"""Requests and answers of one route, converted on the way in and on the way out (docs/formats.md).

What is stored is the origin's own response, once; each answer is rendered from it. So the key, validation and
invalidation are those of any route, and what the cache is asked is put in the origin's terms first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from brine.domain.formats import negotiate
from brine.domain.formats.media import format_of
from brine.domain.http.cache_control import parse_directives, parse_response_directives
from brine.domain.http.conditions import RANGE_FIELDS
from brine.domain.http.messages import CACHED_METHODS
from brine.domain.routing.transcoding import (
    CONTENT_DIGESTS,
    conditions_for_read,
    conditions_for_write,
    varying_by_accept,
)
from brine.service import problems
from brine.service.transcoding.refusal import Refusal
from brine.service.transcoding.senders import Call

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.formats.media import Format
    from brine.domain.http.fields import Fields
    from brine.domain.http.messages import Request
    from brine.domain.routing.transcoding import Rendition, Transcoding
    from brine.ports.deadline import Deadline
    from brine.service.http_cache.answer import Answer
    from brine.service.transcoding.content import Contents

_BODILESS = frozenset({204, 304})
_REUSED = frozenset({"hit", "stale", "collapsed", "validated"})


class Upstream(Protocol):
    """Serves a request that is in the origin's terms; `anew`: as if nothing were stored."""

    def __call__(self, request: Request, /, *, anew: bool = False) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Transcoder:
    """Serves the requests of one route. `renditions`: what is made for clients, by format, but what needs no making."""

    route: str
    transcoding: Transcoding
    contents: Contents
    renditions: dict[Format, Rendition]
    clock: Callable[[], float]

    def serve(self, request: Request, upstream: Upstream, target: str, *, deadline: Deadline, account: str) -> Answer:
        """The answer to a client's request. `upstream` serves it in the origin's terms, `target` is the origin's.

        account: the gateway's own, in twelve digits.
        """
        call = Call(now=self.clock(), deadline=deadline, account=account)
        form = negotiate(request.fields.all("accept"), self.transcoding.client_formats)
        if form is None:
            offered = ", ".join(form.media_type for form in self.transcoding.client_formats)
            return self._varying(
                problems.problem_answer(problems.FORMAT_UNACCEPTABLE, f"this route gives {offered}", route=self.route)
            )
        rendition = self.renditions.get(form)
        try:
            asked = self._asked(request, rendition, target, call)
        except Refusal as refusal:
            return self._varying(self._refused(refusal))
        if rendition is None:
            return self._varying(upstream(asked))
        return self._varying(self._made(asked, rendition, upstream, request, target))

    def _made(self, asked: Request, rendition: Rendition, upstream: Upstream, request: Request, target: str) -> Answer:
        """The answer in another format. A stored envelope that does not open is fetched anew, once.

        Its time may be over before the response is stale, or its key or types gone since.
        """
        answer = upstream(asked)
        made = self._rendered(answer, rendition, request, target)
        if made.problem != problems.ORIGIN_SEAL.name or answer.result not in _REUSED:
            return made
        again = self._rendered(upstream(asked, anew=True), rendition, request, target)
        return replace(again, faults=tuple(dict.fromkeys((*made.faults, *again.faults))))

    def _asked(self, request: Request, rendition: Rendition | None, target: str, call: Call) -> Request:
        """The request in the origin's terms: it is asked for its own format, uncoded and whole."""
        fields = request.fields.without({"accept-encoding"}).replacing("accept", self.transcoding.origin.media_type)
        fields = fields.with_line("accept-encoding", "identity")
        if request.method not in CACHED_METHODS:
            fields = conditions_for_write(fields, self.renditions.values())
        elif rendition is not None:
            fields = conditions_for_read(fields.without(RANGE_FIELDS), rendition)
        if not request.body:
            return replace(request, fields=fields)
        body = self.contents.inward(request, target, call)
        if body != request.body:
            fields = fields.without(CONTENT_DIGESTS)
        fields = fields.replacing("content-type", self.transcoding.request_format.media_type)
        return replace(request, fields=fields, body=body)

    def _rendered(self, answer: Answer, rendition: Rendition, request: Request, target: str) -> Answer:
        """The answer in another format; what an origin says of an error in a format of its own passes as it is."""
        response = answer.response
        if answer.problem is not None:
            return answer
        kind = response.fields.get("content-type")
        if response.status in _BODILESS or (not response.body and (request.method != "HEAD" or kind is None)):
            return replace(answer, response=replace(response, fields=rendition.with_rendition_tag(response.fields)))
        refused: tuple[problems.Kind, str] | None = None
        if format_of(kind) is not self.transcoding.origin:
            refused = problems.ORIGIN_FORMAT, f"the origin's response is not {self.transcoding.origin.media_type}"
        elif _forbids_conversion(response.fields):
            refused = problems.FORMAT_UNACCEPTABLE, "the origin forbids that its response is converted (no-transform)"
        if refused is not None:
            return answer if response.status >= 300 else problems.replaced_by_problem(answer, *refused)
        fields = rendition.with_content_fields(response.fields)
        if request.method == "HEAD":
            return replace(answer, response=replace(response, fields=fields))
        try:
            body = self.contents.outward(response, rendition.form, request, target, self.clock())
        except Refusal as refusal:
            failed = problems.replaced_by_problem(answer, refusal.kind, refusal.detail)
            return replace(failed, faults=(*failed.faults, *refusal.faults))
        return replace(answer, response=replace(response, fields=fields, body=body))

    def _refused(self, refusal: Refusal) -> Answer:
        answer = problems.problem_answer(refusal.kind, refusal.detail, route=self.route)
        return replace(answer, faults=refusal.faults)

    def _varying(self, answer: Answer) -> Answer:
        return replace(answer, response=replace(answer.response, fields=varying_by_accept(answer.response.fields)))


def _forbids_conversion(fields: Fields) -> bool:
    """Whether either field says no-transform: it is for every intermediary (RFC 9111 section 5.2.2.6).

    A targeted field overrides only what is said to caches (RFC 9213 section 2.1).
    """
    said = (parse_response_directives(fields), parse_directives(fields.get("cache-control", "")))
    return any(directives.restricts("no-transform") for directives in said)
