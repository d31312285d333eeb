"""Reads an entry of `Auth: Authorizers` of an HTTP API.

(https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-httpapi-httpapiauth.html)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from brine_cli.errors import TemplateError
from brine_cli.template.authorizers.kinds import JwtAuthorizer, LambdaAuthorizer

if TYPE_CHECKING:
    from brine_cli.template.document import Node

_DEFAULT_CACHED_FOR: Final = 300  # seconds; API Gateway's default for Lambda authorizers
_SOURCES: Final = {
    "Headers": "$request.header.",
    "QueryStrings": "$request.querystring.",
    "StageVariables": "$stageVariables.",
    "Context": "$context.",
}
_OF_ARN: Final = re.compile(r".*:function:(?P<name>[^:/]+).*", re.DOTALL)
_OF_ATTRIBUTE: Final = re.compile(r"(?P<name>[A-Za-z0-9]+)\.(?:Arn|Alias)")


def read_authorizer(where: str, name: str, declared: Node) -> tuple[JwtAuthorizer | LambdaAuthorizer, tuple[str, ...]]:
    """Return an authorizer from its resolved properties, and its own AuthorizationScopes.

    Raises TemplateError with a message that begins with `where`.
    """
    if not isinstance(declared, dict):
        raise TemplateError(f"{where} must be a map, not {declared!r}")
    if "JwtConfiguration" in declared:
        return _jwt(where, name, declared), tuple(map(str, _as_list(declared.get("AuthorizationScopes"))))
    if declared.keys() & {"FunctionArn", "AuthorizerPayloadFormatVersion"}:
        return _lambda(where, name, declared), ()
    raise TemplateError(f"{where} needs a JwtConfiguration, or a FunctionArn")


def _jwt(where: str, name: str, declared: Node) -> JwtAuthorizer:
    if not isinstance(declared.get("IdentitySource"), str):
        raise TemplateError(f"{where} needs an IdentitySource, such as $request.header.Authorization")
    configuration = {str(key).lower(): value for key, value in (declared["JwtConfiguration"] or {}).items()}
    issuer = configuration.get("issuer")
    return JwtAuthorizer(
        name=name,
        identity_source=declared["IdentitySource"],
        issuer=None if issuer is None else str(issuer),
        audience=tuple(map(str, _as_list(configuration.get("audience")))),
    )


def _lambda(where: str, name: str, declared: Node) -> LambdaAuthorizer:
    version = str(declared.get("AuthorizerPayloadFormatVersion"))
    if version not in {"1.0", "2.0"}:
        raise TemplateError(f"{where} needs AuthorizerPayloadFormatVersion: 1.0 or 2.0, not {version}")
    is_simple = str(declared.get("EnableSimpleResponses", False)).lower() == "true"
    if is_simple and version == "1.0":
        raise TemplateError(f"{where}: EnableSimpleResponses needs AuthorizerPayloadFormatVersion: 2.0")
    identity = declared.get("Identity") or {}
    sources = tuple(f"{prefix}{part}" for key, prefix in _SOURCES.items() for part in _as_list(identity.get(key)))
    return LambdaAuthorizer(
        name=name,
        function=function_name(str(declared.get("FunctionArn", ""))),
        version="1.0" if version == "1.0" else "2.0",
        has_simple_responses=is_simple,
        identity_sources=sources,
        cached_for=_seconds(where, identity) if sources else 0,
    )


def function_name(arn: str) -> str:
    """Return the name of the function in an ARN, in the URI of an invocation, or in `NAME.Arn`.

    The last is what !GetAtt gives for a function of the template.
    """
    found = _OF_ARN.fullmatch(arn) or _OF_ATTRIBUTE.fullmatch(arn)
    return arn if found is None else found["name"]


def _seconds(where: str, identity: Node) -> int:
    value = identity.get("ReauthorizeEvery", _DEFAULT_CACHED_FOR)
    try:
        return int(value)
    except (TypeError, ValueError):
        raise TemplateError(f"{where}: ReauthorizeEvery must be a number of seconds, not {value!r}") from None


def _as_list(value: Node) -> list[Node]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
