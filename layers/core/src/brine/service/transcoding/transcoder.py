"""Requests and answers of one route, converted on the way in and on the way out (docs/formats.md).

What is stored is the origin's own response, once; each answer is rendered from it. So the key, validation and
invalidation are those of any route, and what the cache is asked is put in the origin's terms first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from brine.domain.formats import negotiate
from brine.domain.formats.media import format_of
from brine.domain.preconditions import RANGE_FIELDS
from brine.domain.transcoding import varying
from brine.service import problems
from brine.service.transcoding.content import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.formats.media import Format
    from brine.domain.messages import Request
    from brine.domain.transcoding import Rendition, Transcoding
    from brine.service.answer import Answer
    from brine.service.transcoding.content import Contents

_BODILESS = frozenset({204, 304})


@dataclass(frozen=True, slots=True)
class Transcoder:
    """Serves the requests of one route. `renditions`: what is made for clients, by format, but what needs no making."""

    route: str
    transcoding: Transcoding
    contents: Contents
    renditions: dict[Format, Rendition]
    clock: Callable[[], float]

    def serve(self, request: Request, upstream: Callable[[Request], Answer], target: str) -> Answer:
        """The answer to a client's request. `upstream` serves it in the origin's terms, `target` is the origin's."""
        form = negotiate(request.fields.all("accept"), self.transcoding.offered)
        if form is None:
            offered = ", ".join(form.media_type for form in self.transcoding.offered)
            return self._varying(
                problems.problem_answer(problems.FORMAT_UNACCEPTABLE, f"this route gives {offered}", route=self.route)
            )
        try:
            asked = self._asked(request, self.renditions.get(form), target)
        except Refusal as refusal:
            return self._varying(self._refused(refusal))
        answer = upstream(asked)
        rendition = self.renditions.get(form)
        if rendition is not None:
            answer = self._rendered(answer, rendition, request, target)
        return self._varying(answer)

    def _asked(self, request: Request, rendition: Rendition | None, target: str) -> Request:
        """The request in the origin's terms: it is asked for its own format, uncoded and whole."""
        fields = request.fields.without({"accept-encoding"}).replacing("accept", self.transcoding.origin.media_type)
        fields = fields.with_line("accept-encoding", "identity")
        if rendition is not None:
            fields = rendition.conditions(fields.without(RANGE_FIELDS))
        if not request.body:
            return replace(request, fields=fields)
        body = self.contents.inward(request, target, self.clock())
        fields = fields.replacing("content-type", self.transcoding.sent.media_type)
        return replace(request, fields=fields, body=body)

    def _rendered(self, answer: Answer, rendition: Rendition, request: Request, target: str) -> Answer:
        """The answer in another format; what an origin says of an error in a format of its own passes as it is."""
        response = answer.response
        if answer.problem is not None:
            return answer
        if response.status == 304:
            return replace(answer, response=replace(response, fields=rendition.described(response.fields)))
        if response.status in _BODILESS or (not response.body and request.method != "HEAD"):
            return answer
        if format_of(response.fields.get("content-type")) is not self.transcoding.origin:
            if response.status >= 300:
                return answer
            why = f"the origin's response is not {self.transcoding.origin.media_type}"
            return problems.problem_instead(answer, problems.ORIGIN_FORMAT, why)
        fields = rendition.described(response.fields)
        if request.method == "HEAD":
            return replace(answer, response=replace(response, fields=fields))
        try:
            body = self.contents.outward(response, rendition.form, request, target, self.clock())
        except Refusal as refusal:
            failed = problems.problem_instead(answer, refusal.kind, refusal.detail)
            return replace(failed, faults=(*failed.faults, *refusal.faults))
        return replace(answer, response=replace(response, fields=fields, body=body))

    def _refused(self, refusal: Refusal) -> Answer:
        answer = problems.problem_answer(refusal.kind, refusal.detail, route=self.route)
        return replace(answer, faults=refusal.faults)

    def _varying(self, answer: Answer) -> Answer:
        return replace(answer, response=replace(answer.response, fields=varying(answer.response.fields)))
