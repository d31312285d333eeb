"""A query put together again from the parameters that AWS took it apart into (REST APIs and load balancers)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.adapters.lambda_http.members import optional_object, text, texts
from brine.adapters.lambda_http.percent import encoded

if TYPE_CHECKING:
    from brine.adapters.lambda_http.members import JsonObject


def joined_query(event: JsonObject, in_name: bytes, in_value: bytes) -> str | None:
    """`name=value` for every value of every name, in the event's order, or None without any.

    Bytes other than those in `in_name` and `in_value` are percent-encoded, so that no two sets of
    parameters make one query. Raises BadEvent.
    """
    several = optional_object(event, "multiValueQueryStringParameters")
    if several:
        pairs = [(name, value) for name in several for value in texts(several[name], "multiValueQueryStringParameters")]
    else:
        one = optional_object(event, "queryStringParameters")
        pairs = [(name, text(one, name)) for name in one]
    return "&".join(f"{encoded(name, in_name)}={encoded(value, in_value)}" for name, value in pairs) or None
