"""Cross-origin requests of browsers (the Fetch standard, section 3.2), by the CORSConfig of Powertools.

The fields are added to each answer, after the cache: a stored response is the same for every origin.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from brine.domain.http.messages import Response
from brine.service.http_cache.answer import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.domain.http.messages import Request
    from brine.ports.deadline import Deadline
    from brine.service.gateway import Gateway


class CorsConfig(Protocol):
    """The part of Powertools' CORSConfig that is used here."""

    def to_dict(self, origin: str | None) -> dict[str, str]:
        """Return the header fields for this origin; none for an origin that is not allowed."""


@dataclass(frozen=True, slots=True)
class Cors:
    """The answers to browsers. `methods`: the methods of each path pattern."""

    config: CorsConfig
    methods: Mapping[str, tuple[str, ...]]

    def served(self, gateway: Gateway, request: Request, deadline: Deadline, **members: Any) -> Answer:
        """Return the answer of a gateway with the fields for browsers, or the answer to a preflight request."""
        route = gateway.routes.match(request.path)
        preflight = self.preflight(request, None if route is None else route.prefix)
        if preflight is not None:
            return Answer(response=preflight, result="pass", route=None if route is None else route.name)
        answer = gateway.serve(request, deadline, **members)
        return replace(answer, response=self.answered(answer.response, request))

    def preflight(self, request: Request, rule: str | None) -> Response | None:
        """Return the answer to a preflight request for the path of `rule`; None for any other request."""
        asked = "access-control-request-method" in request.fields
        if request.method != "OPTIONS" or rule is None or not asked:
            return None
        allowed = ", ".join(sorted({"OPTIONS", *self.methods.get(rule, ())}))
        response = Response(status=204)
        response = replace(response, fields=response.fields.with_line("access-control-allow-methods", allowed))
        return self.answered(response, request)

    def answered(self, response: Response, request: Request) -> Response:
        """Return an answer with the fields for the origin of the browser's page."""
        fields = response.fields
        for name, value in self.config.to_dict(request.fields.get("origin")).items():
            fields = fields.replacing(name.lower(), value)
        named = {name.strip(" \t").lower() for value in fields.all("vary") for name in value.split(",")}
        if not named & {"origin", "*"}:
            fields = fields.with_line("vary", "Origin")
        return replace(response, fields=fields)
