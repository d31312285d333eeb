"""REST APIs: the path as sent but without the stage, and the query decoded parameter by parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.adapters.lambda_http import field_lines, principal
from brine.adapters.lambda_http.answer import LAMBDA_LIMIT, assemble
from brine.adapters.lambda_http.incoming import Incoming
from brine.adapters.lambda_http.members import body, optional_object, own_account, text
from brine.adapters.lambda_http.parameters import joined_query
from brine.adapters.lambda_http.percent import SENT_PATH, UNRESERVED, encoded_path
from brine.domain.http.messages import Request

if TYPE_CHECKING:
    from brine.adapters.lambda_http.members import JsonObject
    from brine.domain.http.messages import Response


def read(event: JsonObject) -> Incoming:
    """Return the request of a REST API. Raises BadEvent."""
    context = optional_object(event, "requestContext")
    request = Request(
        method=field_lines.token(event.get("httpMethod"), "method"),
        path=encoded_path(text(event, "path"), SENT_PATH),
        query=joined_query(event, UNRESERVED, UNRESERVED),
        fields=field_lines.from_event(event, field_lines.from_latin1),
        body=body(event),
        principal=principal.of_rest(context),
    )
    return Incoming(request=request, source="rest-v1", multi_value=True, account=own_account(context), event=event)


def write(response: Response, incoming: Incoming) -> dict[str, object]:
    """Return the answer in format 1.0, with every line. Raises AnswerTooLarge."""
    lines: dict[str, list[str]] = {}
    for name, value in response.fields:
        lines.setdefault(name, []).append(value)
    if incoming.request.method != "HEAD":
        lines.pop("content-length", None)
    return assemble(response, incoming, {"statusCode": response.status, "multiValueHeaders": lines}, LAMBDA_LIMIT)
