"""Rebuilds a query from the parameters into which AWS split it (REST APIs and load balancers)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.adapters.lambda_http.members import optional_object, text, texts
from brine.adapters.lambda_http.percent import encoded

if TYPE_CHECKING:
    from brine.adapters.lambda_http.members import JsonObject


def joined_query(event: JsonObject, in_name: bytes, in_value: bytes) -> str | None:
    """Return `name=value` for every value of every name in the order of the event, or None without parameters.

    in_name, in_value: the bytes that stay as they are. The other bytes are percent-encoded, so that different sets of
    parameters never give the same query. Raises BadEvent.
    """
    several = optional_object(event, "multiValueQueryStringParameters")
    if several:
        pairs = [(name, value) for name in several for value in texts(several[name], "multiValueQueryStringParameters")]
    else:
        one = optional_object(event, "queryStringParameters")
        pairs = [(name, text(one, name)) for name in one]
    return "&".join(f"{encoded(name, in_name)}={encoded(value, in_value)}" for name, value in pairs) or None
