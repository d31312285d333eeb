"""The credentials of all routes: their headers, and Basic, OAuth 2.0 or AWS signatures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, assert_never

from brine.domain.credentials.access_token import basic_credentials
from brine.domain.credentials.description import AwsSignature, BasicAuth, OAuth2Client
from brine.domain.http.field_syntax import FIELD_VALUE
from brine.errors import CredentialsUnavailable, StoreError
from brine.service.credentials.credentialed_origins import CredentialedRequest
from brine.service.diagnostics import cause_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from brine.domain.credentials.description import CredentialText, OriginCredentials
    from brine.domain.http.messages import Request
    from brine.ports.credentials import RequestSigner
    from brine.ports.deadline import Deadline
    from brine.service.credentials.origin_tokens import OriginTokens
    from brine.service.credentials.secret_texts import SecretTexts
    from brine.service.transaction import Trace, Transaction


@dataclass(frozen=True, slots=True)
class RouteCredentials:
    """The CredentialSource of a gateway. `clock`: seconds since 1970, for signatures."""

    secrets: SecretTexts
    tokens: OriginTokens
    signer: RequestSigner
    clock: Callable[[], float]

    def added(
        self, transaction: Transaction, request: Request, deadline: Deadline, trace: Trace
    ) -> CredentialedRequest:
        """Return the request with the credentials of its route. Raises CredentialsUnavailable."""
        credentials = transaction.route.credentials
        if credentials is None:
            return CredentialedRequest(request)
        for name, source in credentials.origin_headers:
            value = self.secrets.text(source, deadline, trace)
            if FIELD_VALUE.fullmatch(value) is None:
                raise CredentialsUnavailable(
                    f"the text for {name} has characters that no header can have", "field-value"
                )
            request = _with(request, name, value)
        match credentials.origin_auth:
            case None:
                return CredentialedRequest(request)
            case BasicAuth(user=user, password=password):
                user, secret = self.secrets.text(user, deadline, trace), self.secrets.text(password, deadline, trace)
                if ":" in user:
                    raise CredentialsUnavailable(
                        "a user with a colon cannot be sent (RFC 7617 section 2)", "user-colon"
                    )
                return CredentialedRequest(_with(request, "authorization", basic_credentials(user, secret)))
            case OAuth2Client() as client:
                token = self.tokens.token(client, transaction, deadline, trace)
                return CredentialedRequest(_with(request, "authorization", f"Bearer {token.text}"), token)
            case AwsSignature() as signature:
                try:
                    signed = self.signer.signed(request, transaction.route.origin, signature, self.clock())
                except StoreError as error:
                    raise CredentialsUnavailable("no credentials of AWS", cause_of(error)) from None
                return CredentialedRequest(signed)
        assert_never(credentials.origin_auth)

    def renewed(
        self, sent: CredentialedRequest, status: int, transaction: Transaction, deadline: Deadline, trace: Trace
    ) -> bool:
        """Return whether there are newer credentials: secrets that were rotated, or after a 401 another token.

        A 403 says that the token is valid and does not suffice (RFC 6750 section 3.1). Raises CredentialsUnavailable.
        """
        credentials = transaction.route.credentials
        if credentials is None:
            return False
        is_newer = self.secrets.reread(tuple(_secrets(credentials)), deadline, trace)
        if status == 401 and sent.token is not None and isinstance(credentials.origin_auth, OAuth2Client):
            token = self.tokens.replaced(credentials.origin_auth, sent.token, transaction, deadline, trace)
            is_newer = is_newer or token is not None
        return is_newer


def _secrets(credentials: OriginCredentials) -> Iterator[CredentialText]:
    """Yield the secrets that the origin itself gets."""
    for _, source in credentials.origin_headers:
        yield source
    if isinstance(credentials.origin_auth, BasicAuth):
        yield credentials.origin_auth.user
        yield credentials.origin_auth.password


def _with(request: Request, name: str, value: str) -> Request:
    return replace(request, fields=request.fields.replacing(name, value))
