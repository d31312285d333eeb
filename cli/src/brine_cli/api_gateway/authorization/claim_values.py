"""The values of claims in an event: API Gateway gives each claim as text.

AWS documents only texts. The forms of other values are those of events that were recorded behind an API with Cognito
(https://github.com/floci-io/floci/pull/2011).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def claims_in_event(claims: Mapping[str, Any]) -> dict[str, str]:
    """Return the claims as they are in `requestContext.authorizer.jwt.claims`. A claim that is null is left out."""
    return {name: _text(value) for name, value in claims.items() if value is not None}


def _text(value: Any) -> str:
    """Return one value: a list is "[a b]", an object is JSON, and a whole number has no point."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return str(int(value))
        case list():
            return f"[{' '.join(map(_text, value))}]"
        case dict() | None:
            return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
        case _:
            return str(value)
