"""What an authorizer said of who sent a request, by the names that routes know it by (brine.domain.routing.tenant).

AWS has verified all of it. Values are texts; whole numbers become some, and what is neither is left out.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from brine.adapters.lambda_http.members import optional_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.adapters.lambda_http.members import JsonObject

NOTHING: Mapping[str, str] = MappingProxyType({})


def of_format_2(context: JsonObject) -> Mapping[str, str]:
    """Of an HTTP API or a function URL: `jwt.claims`, `lambda` and `iam` of the authorizer. Raises BadEvent."""
    said = optional_object(context, "authorizer")
    if not said:
        return NOTHING
    claims = optional_object(optional_object(said, "jwt"), "claims")
    return MappingProxyType(
        _texts("claim", claims)
        | _texts("lambda", optional_object(said, "lambda"))
        | _texts("iam", _identity(optional_object(said, "iam")))
    )


def of_rest(context: JsonObject) -> Mapping[str, str]:
    """Of a REST API: `claims` of a user pool, or what a Lambda authorizer said, and `identity`. Raises BadEvent.

    There is one authorizer at most. A Lambda function cannot make an object of `claims`, so who did is told by that.
    """
    said = optional_object(context, "authorizer")
    claims = said.get("claims")
    spoken = _texts("claim", claims) if isinstance(claims, dict) else _texts("lambda", said)
    return MappingProxyType(spoken | _texts("iam", _identity(optional_object(context, "identity"))))


def _identity(members: JsonObject) -> JsonObject:
    return {"account": members.get("accountId"), "user": members.get("userArn")}


def _texts(kind: str, members: JsonObject) -> dict[str, str]:
    return {
        f"{kind}:{name}": str(value)
        for name, value in members.items()
        if isinstance(value, str | int) and not isinstance(value, bool)
    }
