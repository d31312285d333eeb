"""The decision of a JWT authorizer about a request.

Three modes, which `brine dev` names when it starts:
- By default, the twin checks the claims of a token as API Gateway does, but no signature. It also accepts unsigned
  tokens, in which any issuer, audience and time that is missing is filled in.
- With claims of the user (--claims), it checks no token: every request has these claims, and those of its token.
- With the keys of issuers (--verify-tokens), it checks the signature too, and accepts no unsigned token.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from brine_cli.api_gateway.authorization.claim_values import claims_in_event
from brine_cli.api_gateway.authorization.identity import identity_value
from brine_cli.api_gateway.authorization.refused import AccessRefused
from brine_cli.api_gateway.authorization.token_rules import (
    check_algorithm,
    check_claims,
    development_claims,
    scopes_of,
)
from brine_cli.api_gateway.authorization.tokens import UNSIGNED, TokenRefused, read_token

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from brine_cli.api_gateway.authorization.issuer_keys import IssuerKeys
    from brine_cli.api_gateway.authorization.tokens import Token
    from brine_cli.api_gateway.events import Event
    from brine_cli.template.authorizers.kinds import JwtAuthorizer

_HOW_TO_SEND = "Send `Authorization: Bearer TOKEN`; `brine token` makes a TOKEN for development"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenAccess:
    """Decides about requests to routes with a JWT authorizer. `claims`: those of the user. `keys`: to verify with."""

    claims: Mapping[str, Any] | None = None
    keys: IssuerKeys | None = None

    def __call__(self, authorizer: JwtAuthorizer, scopes: tuple[str, ...], event: Event, now: datetime) -> Event:
        """Return the value of `requestContext.authorizer`. scopes: those of the route. Raises AccessRefused."""
        text = identity_value(authorizer.identity_source, event)
        try:
            return self._decision(text, authorizer, scopes, now)
        except RecursionError:
            raise AccessRefused("the claims of the token are nested too deeply", HTTPStatus.UNAUTHORIZED) from None

    def _decision(
        self, text: str | None, authorizer: JwtAuthorizer, scopes: tuple[str, ...], now: datetime
    ) -> dict[str, Any]:
        claims = self._claims(text, authorizer, scopes, now)
        own = scopes_of(claims)
        if scopes and not set(own) & set(scopes):
            has = ", ".join(own) or "none"
            raise AccessRefused(
                f"the token has no scope of the route ({', '.join(scopes)}). Its scopes: {has}",
                HTTPStatus.FORBIDDEN,
                challenge=_challenge(scopes, "insufficient_scope", "the token does not have a scope of the route"),
            )
        return {"jwt": {"claims": claims_in_event(claims), "scopes": own if scopes else None}}

    def _claims(
        self, text: str | None, authorizer: JwtAuthorizer, scopes: tuple[str, ...], now: datetime
    ) -> Mapping[str, Any]:
        if self.claims is not None:
            return {**development_claims(authorizer, now), **self.claims, **_readable_claims(text)}
        if text is None:
            raise AccessRefused(
                f"the authorizer {authorizer.name} wants a token in {authorizer.identity_source}. {_HOW_TO_SEND}",
                HTTPStatus.UNAUTHORIZED,
                challenge="Bearer",
            )
        try:
            return self._checked_claims(read_token(text), authorizer, now)
        except TokenRefused as refused:
            raise AccessRefused(
                f"{refused} (authorizer {authorizer.name})",
                HTTPStatus.UNAUTHORIZED,
                challenge=_challenge(scopes, "invalid_token", str(refused)),
            ) from None

    def _checked_claims(self, token: Token, authorizer: JwtAuthorizer, now: datetime) -> Mapping[str, Any]:
        if token.algorithm.lower() == UNSIGNED:
            if self.keys is not None:
                raise TokenRefused("the token has no signature, and the twin runs with --verify-tokens")
            claims = {**development_claims(authorizer, now), **token.claims}
        else:
            check_algorithm(token.algorithm)
            if self.keys is not None:
                self._verify(token, authorizer, self.keys)
            claims = dict(token.claims)
        check_claims(claims, authorizer, now)
        return claims

    def _verify(self, token: Token, authorizer: JwtAuthorizer, keys: IssuerKeys) -> None:
        if authorizer.issuer is None:
            raise TokenRefused("the twin does not know the issuer, which AWS makes: run it without --verify-tokens")
        keys.verify(token, authorizer.issuer)


def _readable_claims(text: str | None) -> Mapping[str, Any]:
    """Return the claims of a token that can be read, or none."""
    try:
        return {} if text is None else read_token(text).claims
    except TokenRefused:
        return {}


def _challenge(scopes: tuple[str, ...], error: str, description: str) -> str:
    """Return the field WWW-Authenticate in the form of API Gateway, which has no commas between its parameters."""
    plain = description.replace("\\", "").replace('"', "'")
    return f'Bearer scope="{" ".join(scopes)}" error="{error}" error_description="{plain}"'
