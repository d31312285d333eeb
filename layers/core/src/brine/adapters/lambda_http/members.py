"""Reads members of a JSON object and checks their types. No message repeats a value, because events are not logged."""

from __future__ import annotations

from binascii import a2b_base64
from typing import TYPE_CHECKING, Any

from brine.errors import BadEvent

if TYPE_CHECKING:
    from collections.abc import Mapping

type JsonObject = Mapping[str, Any]


def text(members: JsonObject, name: str) -> str:
    """Return the text at `name`. Raises BadEvent for a missing one and for other types."""
    value = members.get(name)
    if not isinstance(value, str):
        raise BadEvent(f"the event's {name} is not text")
    return value


def optional_object(members: JsonObject, name: str) -> JsonObject:
    """Return the object at `name`, or an empty one if it is null or missing. Raises BadEvent."""
    value = members.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadEvent(f"the event's {name} is not an object")
    return value


def own_account(context: JsonObject) -> str:
    """Return the AWS account of an API from its requestContext, or ""."""
    account = context.get("accountId")
    return account if isinstance(account, str) else ""


def texts(value: object, name: str) -> list[str]:
    """Return an array of texts. Raises BadEvent for any other value."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise BadEvent(f"the event's {name} is not an array of texts")
    return value


def body(event: JsonObject) -> bytes:
    """Return the body of the request, from base64 if isBase64Encoded is set, otherwise in UTF-8. Raises BadEvent."""
    value = event.get("body")
    if not value:
        return b""
    if not isinstance(value, str):
        raise BadEvent("the event's body is not text")
    try:
        return a2b_base64(value, strict_mode=True) if event.get("isBase64Encoded") else value.encode()
    except ValueError as error:
        raise BadEvent("the event's body is not what isBase64Encoded says") from error
