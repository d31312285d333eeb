"""Members of a JSON object, checked for their types. No message repeats a value: events are never logged."""

from __future__ import annotations

from binascii import a2b_base64
from typing import TYPE_CHECKING, Any

from brine.errors import BadEvent

if TYPE_CHECKING:
    from collections.abc import Mapping

type JsonObject = Mapping[str, Any]


def text(members: JsonObject, name: str) -> str:
    """The text at `name`. Raises BadEvent when it is missing or something else."""
    value = members.get(name)
    if not isinstance(value, str):
        raise BadEvent(f"the event's {name} is not text")
    return value


def optional_object(members: JsonObject, name: str) -> JsonObject:
    """The object at `name`, or an empty one for null or nothing. Raises BadEvent."""
    value = members.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadEvent(f"the event's {name} is not an object")
    return value


def own_account(context: JsonObject) -> str:
    """The AWS account that an API is in, by its requestContext; empty when it does not say."""
    account = context.get("accountId")
    return account if isinstance(account, str) else ""


def texts(value: object, name: str) -> list[str]:
    """`value` if it is an array of texts. Raises BadEvent."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise BadEvent(f"the event's {name} is not an array of texts")
    return value


def body(event: JsonObject) -> bytes:
    """The request's body: base64 when the event says so, else text in UTF-8. Raises BadEvent."""
    value = event.get("body")
    if not value:
        return b""
    if not isinstance(value, str):
        raise BadEvent("the event's body is not text")
    try:
        return a2b_base64(value, strict_mode=True) if event.get("isBase64Encoded") else value.encode()
    except ValueError as error:
        raise BadEvent("the event's body is not what isBase64Encoded says") from error
