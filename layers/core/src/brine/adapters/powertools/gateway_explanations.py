"""Explains requests of clients to the gateway of a deployed stack, from the event of the operator's own request.

Both come through the same API. So the account, the host and the stage of the operator's request are those of the
client's. The operator's own header fields and identity are not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from brine.adapters.lambda_http.explained import explained_event, with_fields_of
from brine.adapters.powertools.resolver import current_event
from brine.service.admin.arguments import invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.domain.http.messages import Request
    from brine.service.admin.explain.explainer import Explainer

ROUTES: Final = (("/signed/", "ANY /signed/{proxy+}", "AWS_IAM"), ("/", "$default", "NONE"))
"""The routes of the API that lead to the gateway, by the beginnings of their paths, with their authorizers."""
ELSEWHERE: Final = {"/exchange/": "the exchange", "/_brine/": "this admin function"}
"""The functions with the other routes of the API."""
_OF_THE_API: Final = frozenset({"host", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"})
"""The fields that API Gateway adds or checks, so that clients share them."""


class GatewayExplanations:
    """Explains requests by `explainer`, which has the gateway's own settings. Call it while an event is served."""

    def __init__(self, explainer: Explainer) -> None:
        self._explainer = explainer

    def __call__(self, asked: Request, tenant: str | None) -> Mapping[str, object]:
        """Return the explanation of a request in JSON, with the route of the API. Raises Problem."""
        for beginning, function in ELSEWHERE.items():
            if asked.path.startswith(beginning):
                raise invalid(f"{function} answers {asked.path}, and not the gateway.")
        key, authorizer = next((key, name) for beginning, key, name in ROUTES if asked.path.startswith(beginning))
        event = event_of_client(asked, current_event().raw_event, key)
        try:
            document = explained_event(self._explainer, event, tenant)
        except ValueError as error:
            raise invalid(f"{error}.") from None
        api = {"route": key, "function": "the gateway", "authorizer": authorizer}
        return with_fields_of(asked, document) | {"api": api}


def event_of_client(asked: Request, operators: Mapping[str, Any], route_key: str) -> dict[str, Any]:
    """Return the event that the gateway would get for a request, from that of an operator's request."""
    context = {name: value for name, value in operators["requestContext"].items() if name != "authorizer"}
    path = unquote(unquote(asked.path).partition("?")[0])  # as API Gateway decodes it (docs/aws-http-events.md)
    http = {**context.get("http", {}), "method": asked.method, "path": path}
    shared = {name: value for name, value in operators.get("headers", {}).items() if name in _OF_THE_API}
    own: dict[str, str] = {}
    for name, value in asked.fields.lines:
        own[name] = f"{own[name]},{value}" if name in own else value
    return {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": asked.query or "",
        "headers": {**shared, **own},
        "requestContext": {**context, "routeKey": route_key, "http": http},
        "body": asked.body.decode(),
        "isBase64Encoded": False,
    }
