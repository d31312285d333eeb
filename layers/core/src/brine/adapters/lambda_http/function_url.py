"""Function URLs: payload format 2.0 with the path as the client sent it. Answers are the same as for an HTTP API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.adapters.lambda_http.http_api_v2 import read_format_2
from brine.adapters.lambda_http.members import text
from brine.adapters.lambda_http.percent import SENT_PATH, encoded, rooted

if TYPE_CHECKING:
    from brine.adapters.lambda_http.incoming import Incoming
    from brine.adapters.lambda_http.members import JsonObject


def read(event: JsonObject, context: JsonObject) -> Incoming:
    """Return the request of a function URL. Raises BadEvent."""
    path = encoded(rooted(text(event, "rawPath")), SENT_PATH)
    return read_format_2(event, context, path=path, source="function-url")
