"""HTTP APIs and function URLs, payload format 2.0. AWS decodes the path for an HTTP API only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.adapters.lambda_http import field_lines, principal
from brine.adapters.lambda_http.answer import LAMBDA_LIMIT, assemble
from brine.adapters.lambda_http.incoming import Incoming
from brine.adapters.lambda_http.members import body, optional_object, own_account, text, texts
from brine.adapters.lambda_http.percent import DECODED_PATH, SENT_PATH, SENT_QUERY, encoded, encoded_path
from brine.domain.http.messages import Request

if TYPE_CHECKING:
    from brine.adapters.lambda_http.members import JsonObject
    from brine.domain.http.messages import Response


def read(event: JsonObject, context: JsonObject) -> Incoming:
    """Return the request of an HTTP API or a function URL. Raises BadEvent."""
    path = text(event, "rawPath")
    is_function_url = _is_function_url(context)
    if not is_function_url:
        path = _without_stage(path, context.get("stage"))
    http = optional_object(context, "http")
    cookies = event.get("cookies")
    fields = field_lines.single(
        optional_object(event, "headers"),
        None if cookies is None else texts(cookies, "cookies"),
        field_lines.from_latin1,
    )
    request = Request(
        method=field_lines.token(http.get("method"), "method"),
        path=encoded_path(path, SENT_PATH if is_function_url else DECODED_PATH),
        query=encoded(text(event, "rawQueryString"), SENT_QUERY) or None,
        fields=fields,
        body=body(event),
        principal=principal.of_format_2(context),
    )
    return Incoming(
        request=request,
        source="function-url" if is_function_url else "http-api-v2",
        account=own_account(context),
        event=event,
    )


def write(response: Response, incoming: Incoming) -> dict[str, object]:
    """Return the answer in format 2.0. Lines of one name are joined, except Set-Cookie. Raises AnswerTooLarge."""
    headers, cookies = joined(response, incoming)
    head: dict[str, object] = {"statusCode": response.status, "headers": headers}
    if cookies:
        head["cookies"] = cookies
    return assemble(response, incoming, head, LAMBDA_LIMIT)


def joined(response: Response, incoming: Incoming) -> tuple[dict[str, str], list[str]]:
    """Return one value per name (RFC 9110 section 5.3), and the values of Set-Cookie, which must never be joined.

    Content-Length is left out, because AWS counts the body itself. It stays for HEAD, which has no body to count.
    """
    headers: dict[str, str] = {}
    cookies = []
    for name, value in response.fields:
        if name == "set-cookie":
            cookies.append(value)
        elif name in headers:
            headers[name] = f"{headers[name]}, {value}"
        else:
            headers[name] = value
    if incoming.request.method != "HEAD":
        headers.pop("content-length", None)
    return headers, cookies


def _is_function_url(context: JsonObject) -> bool:
    """Return whether an event is from a function URL. Only the domain in its requestContext tells."""
    domain = context.get("domainName")
    return isinstance(domain, str) and ".lambda-url." in domain


def _without_stage(path: str, stage: object) -> str:
    """Remove a named stage from the front of a path. AWS adds it even behind a custom domain."""
    if stage == "$default" or not isinstance(stage, str):
        return path
    prefix = f"/{stage}"
    return path[len(prefix) :] if path == prefix or path.startswith(f"{prefix}/") else path
