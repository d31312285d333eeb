"""The identity sources of authorizers: the parts of a request that name its client.

(https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from brine_cli.api_gateway.events import Event

_HEADER: Final = "$request.header."
_QUERY: Final = "$request.querystring."
_CONTEXT: Final = "$context."
_IN_HTTP: Final = {
    "httpMethod": "method",
    "identity.sourceIp": "sourceIp",
    "identity.userAgent": "userAgent",
    "path": "path",
    "protocol": "protocol",
}
"""Members of requestContext.http, by the name of their context variable."""


def identity_value(source: str, event: Event) -> str | None:
    """Return the value of an identity source in the event of a request, or None if it is missing or empty.

    source: such as $request.header.Authorization. The twin has no stage variables, so these have no value.
    """
    context = event["requestContext"]
    if source.startswith(_HEADER):
        name = source.removeprefix(_HEADER).lower()
        value = "; ".join(event.get("cookies", ())) if name == "cookie" else event["headers"].get(name)
    elif source.startswith(_QUERY):
        value = event.get("queryStringParameters", {}).get(source.removeprefix(_QUERY))
    elif source.startswith(_CONTEXT):
        name = source.removeprefix(_CONTEXT)
        value = context["http"].get(_IN_HTTP[name]) if name in _IN_HTTP else context.get(name)
    else:
        return None
    return str(value) if value else None
