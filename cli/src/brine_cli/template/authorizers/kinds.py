"""The authorizers that a route of an HTTP API may have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class JwtAuthorizer:
    """An authorizer that accepts JSON Web Tokens of one issuer.

    identity_source: the place of the token in a request, such as $request.header.Authorization.
    issuer: None if only AWS knows it, such as the URL of a user pool of the template. Any issuer is accepted then.
    audience: the accepted values of `aud`, or of `client_id`. Without any, every audience is accepted.
    """

    name: str
    identity_source: str
    issuer: str | None
    audience: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LambdaAuthorizer:
    """An authorizer that is a function.

    function: the logical id of the function, if it is in a template. Otherwise the last part of its ARN, or "".
    version: of the format of its events.
    has_simple_responses: it may answer `isAuthorized` instead of a policy.
    identity_sources: the parts of a request that it needs, such as $request.header.Authorization. API Gateway refuses
        a request that lacks one of them.
    cached_for: the seconds for which its answer applies to all requests with the same identity sources.
    """

    name: str
    function: str
    version: Literal["1.0", "2.0"]
    has_simple_responses: bool
    identity_sources: tuple[str, ...]
    cached_for: int


type Authorizer = Literal["NONE", "AWS_IAM"] | JwtAuthorizer | LambdaAuthorizer
