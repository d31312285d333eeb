"""The content of a part as a Python object."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from brine.domain.formats.media import Format, format_of
from brine.errors import PartFailed
from brine.service.problems import Problem

if TYPE_CHECKING:
    from brine.domain.http.messages import Response
    from brine.domain.routing.route import Route
    from brine.service.transcoding.transcoder import Transcoder


def decoded_part(route: Route, response: Response, target: str, transcoder: Transcoder | None, now: float) -> Any:
    """Return the content of a part, decoded by its route's transcoder, or else from JSON. Raises PartFailed."""
    is_other = route.origin.is_function and format_of(response.fields.get("content-type")) is not Format.SEALED
    if transcoder is not None and not is_other:
        try:
            return transcoder.converter.opened(response, target, now)
        except Problem as problem:
            raise PartFailed(route.name, problem.detail or problem.kind.title) from None
    if response.fields.get("content-encoding", "identity").strip(" \t").lower() != "identity":
        raise PartFailed(route.name, "its response has a content coding that was not asked for")
    if not response.body:
        return None
    try:
        return json.loads(response.body)
    except (ValueError, RecursionError):  # no parser here takes JSON that is nested thousands of levels deep
        kind = response.fields.get("content-type", "none")
        raise PartFailed(route.name, f"its content is not JSON: its type is {kind}") from None
