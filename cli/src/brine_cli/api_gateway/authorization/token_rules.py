"""The rules of API Gateway for the claims of a token, apart from its signature.

(https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from brine_cli.api_gateway.authorization.tokens import TokenRefused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from brine_cli.template.authorizers.kinds import JwtAuthorizer

_DEVELOPMENT_SECONDS: Final = 3600
_RSA: Final = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})


def check_algorithm(algorithm: str) -> None:
    """Raise TokenRefused unless API Gateway supports this algorithm. It supports RSA only."""
    if algorithm not in _RSA:
        raise TokenRefused(f"the algorithm of the token is {algorithm}, and API Gateway takes RSA only, such as RS256")


def check_claims(claims: Mapping[str, Any], authorizer: JwtAuthorizer, now: datetime) -> None:
    """Raise TokenRefused unless issuer, audience and times of a token are those that `authorizer` accepts."""
    issuer = claims.get("iss")
    if authorizer.issuer is not None and issuer != authorizer.issuer:
        raise TokenRefused(f"the issuer of the token is {issuer}, and the authorizer accepts {authorizer.issuer}")
    # API Gateway validates client_id only if aud is not present.
    audience = claims["aud"] if "aud" in claims else claims.get("client_id")
    if authorizer.audience and not set(_texts(audience)) & set(authorizer.audience):
        raise TokenRefused("the token does not have a valid audience")
    seconds = now.timestamp()
    if (expiry := _time(claims, "exp")) is None:
        raise TokenRefused("the token has no exp")
    if not seconds < expiry:  # also for NaN, which Python's JSON accepts
        raise TokenRefused("the token has expired")
    if (start := _time(claims, "nbf")) is not None and start > seconds:
        raise TokenRefused("the token is not valid yet (nbf)")
    if (issued := _time(claims, "iat")) is not None and issued > seconds:
        raise TokenRefused("the token was issued in the future (iat)")


def development_claims(authorizer: JwtAuthorizer, now: datetime) -> dict[str, Any]:
    """Return the claims that the twin adds to an unsigned token, as far as the token does not have them."""
    issued = int(now.timestamp())
    return {
        **({} if authorizer.issuer is None else {"iss": authorizer.issuer}),
        **({"aud": authorizer.audience[0]} if authorizer.audience else {}),
        "iat": issued,
        "exp": issued + _DEVELOPMENT_SECONDS,
    }


def scopes_of(claims: Mapping[str, Any]) -> list[str]:
    """Return the scopes of a token: a list, or a text with blanks between them, in `scp` or in `scope`."""
    scopes = claims.get("scp", claims.get("scope"))
    return scopes.split() if isinstance(scopes, str) else _texts(scopes)


def _texts(value: Any) -> list[str]:
    """Return the texts of a claim that is one text or a list."""
    return [str(one) for one in value] if isinstance(value, list) else [] if value is None else [str(value)]


def _time(claims: Mapping[str, Any], name: str) -> float | None:
    """Return a claim with a time in seconds since 1970. Raises TokenRefused if it is not a number."""
    value = claims.get(name)
    if value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise TokenRefused(f"the {name} of the token is not a number") from None
