"""Reads the identity of a client from an authorizer's output, under the names of brine.domain.routing.tenant.

AWS has verified it. Texts are kept, whole numbers become texts, and values of other types are left out.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from brine.adapters.lambda_http.members import optional_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.adapters.lambda_http.members import JsonObject

_EMPTY: Mapping[str, str] = MappingProxyType({})


def of_format_2(context: JsonObject) -> Mapping[str, str]:
    """Return the identity from `jwt.claims`, `lambda` and `iam` of the authorizer in format 2.0. Raises BadEvent."""
    authorizer = optional_object(context, "authorizer")
    if not authorizer:
        return _EMPTY
    claims = optional_object(optional_object(authorizer, "jwt"), "claims")
    return MappingProxyType(
        _texts("claim", claims)
        | _texts("lambda", optional_object(authorizer, "lambda"))
        | _texts("iam", _identity(optional_object(authorizer, "iam")))
    )


def of_rest(context: JsonObject) -> Mapping[str, str]:
    """Return the identity from a REST API: `identity`, and the authorizer's output. Raises BadEvent.

    A REST API has one authorizer at most. If `claims` is an object, it is a user pool, because a Lambda authorizer
    cannot return objects.
    """
    authorizer = optional_object(context, "authorizer")
    claims = authorizer.get("claims")
    values = _texts("claim", claims) if isinstance(claims, dict) else _texts("lambda", authorizer)
    return MappingProxyType(values | _texts("iam", _identity(optional_object(context, "identity"))))


def _identity(members: JsonObject) -> JsonObject:
    return {"account": members.get("accountId"), "user": members.get("userArn")}


def _texts(kind: str, members: JsonObject) -> dict[str, str]:
    return {
        f"{kind}:{name}": str(value)
        for name, value in members.items()
        if isinstance(value, str | int) and not isinstance(value, bool)
    }
