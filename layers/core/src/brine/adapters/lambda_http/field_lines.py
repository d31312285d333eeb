"""Reads header fields from an event.

Each character of a value becomes a byte. AWS does not document how it writes bytes above 0x7F in JSON. A load balancer
was seen to decode them as UTF-8. For the other sources, ISO-8859-1 is assumed, because it loses no byte: characters up
to 0xFF are bytes. A value with a higher character must have been UTF-8.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.adapters.lambda_http.members import optional_object, texts
from brine.domain.http.field_syntax import FIELD_VALUE
from brine.domain.http.fields import Fields
from brine.errors import BadEvent

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.adapters.lambda_http.members import JsonObject

_TCHAR = "-_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+.^`|~"


def token(value: object, label: str) -> str:
    """Return a method or field name, which must be a token (RFC 9110 section 5.6.2). Raises BadEvent."""
    if not isinstance(value, str) or not value or value.strip(_TCHAR):
        raise BadEvent(f"the event's {label} is not a token")
    return value


def from_event(event: JsonObject, to_bytes: Callable[[str], str]) -> Fields:
    """Return the fields of `multiValueHeaders`, or of `headers` if the event has only these. Raises BadEvent."""
    if event.get("multiValueHeaders") is None:
        return single(optional_object(event, "headers"), None, to_bytes)
    return multiple(optional_object(event, "multiValueHeaders"), to_bytes)


def single(headers: JsonObject, cookies: list[str] | None, to_bytes: Callable[[str], str]) -> Fields:
    """Return fields with one value per name. `cookies` replace the field Cookie, for a source that separates them."""
    lines = [(token(name, "header name"), _clean(value, to_bytes)) for name, value in headers.items()]
    if cookies:
        lines = [line for line in lines if line[0].lower() != "cookie"]
        lines.append(("cookie", _clean("; ".join(cookies), to_bytes)))
    return Fields(lines)


def multiple(headers: JsonObject, to_bytes: Callable[[str], str]) -> Fields:
    """Return a line for each value of a name. Only cookies are joined to one line (RFC 9113 section 8.2.3)."""
    lines = []
    cookies = []
    for name, values in headers.items():
        cleaned = [_clean(value, to_bytes) for value in texts(values, "multiValueHeaders")]
        if name.lower() == "cookie":
            cookies += cleaned
        else:
            checked = token(name, "header name")
            lines += [(checked, value) for value in cleaned]
    if cookies:
        lines.append(("cookie", "; ".join(cookies)))
    return Fields(lines)


def from_latin1(value: str) -> str:
    """Return a value of ISO-8859-1 characters unchanged. Convert a value with other characters as UTF-8."""
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return from_utf8(value)
    return value


def from_utf8(value: str) -> str:
    """Return the bytes of a value that was decoded as UTF-8, each as a character."""
    return value.encode().decode("latin-1")


def _clean(value: object, to_bytes: Callable[[str], str]) -> str:
    if not isinstance(value, str):
        raise BadEvent("a header value of the event is not text")
    if value.isascii():
        if value.isprintable():
            return value
    else:
        try:
            value = to_bytes(value)
        except UnicodeEncodeError as error:
            raise BadEvent("a header value of the event holds half a surrogate pair") from error
    if FIELD_VALUE.fullmatch(value) is None:  # a line break would begin a new line at the origin
        raise BadEvent("a header value of the event holds a control character")
    return value
