"""Header fields out of an event.

Values become text in which each character is a byte. AWS says nowhere how it turns bytes above 0x7F into JSON: a load
balancer was seen to decode them as UTF-8; of the others we only know that ISO-8859-1 loses nothing, so
characters up to 0xFF are bytes, and a value with others in it can only have been UTF-8.
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


def token(value: object, what: str) -> str:
    """`value` if it is a token (RFC 9110 section 5.6.2), as methods and field names are. Raises BadEvent."""
    if not isinstance(value, str) or not value or value.strip(_TCHAR):
        raise BadEvent(f"the event's {what} is not a token")
    return value


def from_event(event: JsonObject, to_bytes: Callable[[str], str]) -> Fields:
    """Fields from `multiValueHeaders`, or from `headers` where the source fills only those. Raises BadEvent."""
    if event.get("multiValueHeaders") is None:
        return single(optional_object(event, "headers"), None, to_bytes)
    return multiple(optional_object(event, "multiValueHeaders"), to_bytes)


def single(headers: JsonObject, cookies: list[str] | None, to_bytes: Callable[[str], str]) -> Fields:
    """Fields from one value per name. `cookies`, where the source splits them off, replace a Cookie among them."""
    lines = [(token(name, "header name"), _clean(value, to_bytes)) for name, value in headers.items()]
    if cookies:
        lines = [line for line in lines if line[0].lower() != "cookie"]
        lines.append(("cookie", _clean("; ".join(cookies), to_bytes)))
    return Fields(lines)


def multiple(headers: JsonObject, to_bytes: Callable[[str], str]) -> Fields:
    """Fields from several values per name, each a line; only cookies become one line (RFC 9113 section 8.2.3)."""
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
    """A value whose characters are bytes already, unless one of them cannot be."""
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return from_utf8(value)
    return value


def from_utf8(value: str) -> str:
    """A value that was decoded as UTF-8, its bytes as characters again."""
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
    if FIELD_VALUE.fullmatch(value) is None:  # a line break would begin another line at the origin
        raise BadEvent("a header value of the event holds a control character")
    return value
