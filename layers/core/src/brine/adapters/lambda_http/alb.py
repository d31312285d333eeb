"""Load balancers (ALB): path and query as sent. Several values per name only if the target group is set to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.adapters.lambda_http import field_lines
from brine.adapters.lambda_http.answer import ALB_LIMIT, assemble
from brine.adapters.lambda_http.http_api_v2 import joined
from brine.adapters.lambda_http.incoming import Incoming
from brine.adapters.lambda_http.members import body, text
from brine.adapters.lambda_http.parameters import joined_query
from brine.adapters.lambda_http.percent import SENT_NAME, SENT_PATH, SENT_VALUE, encoded_path
from brine.domain.http.messages import Request

if TYPE_CHECKING:
    from brine.adapters.lambda_http.members import JsonObject
    from brine.domain.http.messages import Response


def read(event: JsonObject) -> Incoming:
    """Return the request of a load balancer. Raises BadEvent."""
    request = Request(
        method=field_lines.token(event.get("httpMethod"), "method"),
        path=encoded_path(text(event, "path"), SENT_PATH),
        query=joined_query(event, SENT_NAME, SENT_VALUE),
        fields=field_lines.from_event(event, field_lines.from_utf8),
        body=body(event),
    )
    return Incoming(request=request, source="alb", multi_value=event.get("multiValueHeaders") is not None, event=event)


def write(response: Response, incoming: Incoming) -> dict[str, object]:
    """Return the answer for a load balancer, in the form that its event had. Raises AnswerTooLarge.

    Lines of one name are always joined, because the load balancer may send them in another order.
    """
    headers, cookies = joined(response, incoming)
    headers = {name: _utf8(value) for name, value in headers.items()}
    head: dict[str, object] = {"statusCode": response.status}
    if incoming.multi_value:
        lines = {name: [value] for name, value in headers.items()}
        if cookies:
            lines["set-cookie"] = [_utf8(cookie) for cookie in cookies]
        head["multiValueHeaders"] = lines
    else:
        head["headers"] = headers | {_spelling(number): _utf8(cookie) for number, cookie in enumerate(cookies)}
    return assemble(response, incoming, head, ALB_LIMIT)


def _utf8(value: str) -> str:
    """Decode bytes as UTF-8, because a load balancer encodes the text so. Return other bytes unchanged."""
    if value.isascii():
        return value
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value


def _spelling(number: int) -> str:
    """Return the `number`th of 512 spellings of set-cookie, because a map has one value per name."""
    letters = []
    for letter in "set-cookie":
        if letter == "-":
            letters.append(letter)
            continue
        letters.append(letter.upper() if number & 1 else letter)
        number >>= 1
    return "".join(letters)
