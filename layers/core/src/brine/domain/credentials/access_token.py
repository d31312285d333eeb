"""Access tokens of OAuth 2.0: their request, their response, and the time of their renewal (RFC 6749 section 4.4)."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, Final
from urllib.parse import quote_plus, urlencode

from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request
from brine.errors import CredentialsUnavailable

if TYPE_CHECKING:
    from brine.domain.credentials.description import OAuth2Client
    from brine.domain.http.messages import Response

DEFAULT_LIFETIME: Final = 300.0
"""Seconds of a token whose response has no `expires_in`, which is only recommended (RFC 6749 section 5.1)."""
LONGEST_LIFETIME: Final = 30 * 86_400.0
_EXPIRY_MARGIN: Final = 5.0  # seconds for the way to the origin, and for its clock
_EARLIEST, _LATEST = 0.25, 0.15  # parts of the lifetime before the expiry: there the renewal begins
_TOKEN = re.compile(r"[!-~]{1,16384}")  # RFC 6749 appendix A.12, and no blanks: it goes into a field (RFC 6750)

_ERRORS: Final = frozenset(
    {
        *("invalid_request", "invalid_client", "invalid_grant", "unauthorized_client"),
        *("unsupported_grant_type", "invalid_scope"),
    }
)
"""The error codes of RFC 6749 section 5.2. A log shows no other text of a token endpoint, which may quote a secret."""
CLIENT_REFUSED: Final = frozenset({"invalid_client", "unauthorized_client"})
"""The errors that a rotated client secret may have caused."""


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A bearer token (RFC 6750), valid until `expires_at`. `issued_at`: when it was asked for. Seconds since 1970."""

    text: str = field(repr=False)
    issued_at: float
    expires_at: float

    def is_usable(self, now: float) -> bool:
        """Return whether an origin that gets the token soon will accept it."""
        lifetime = self.expires_at - self.issued_at
        return now < self.expires_at - min(_EXPIRY_MARGIN, lifetime / 10)

    def renew_at(self, drawn: float) -> float:
        """Return when to ask for its successor: before it expires. `drawn`: a random number of [0, 1).

        Each process draws its own number, so that they do not all look for the successor at once.
        """
        lifetime = self.expires_at - self.issued_at
        return self.expires_at - lifetime * (_LATEST + (_EARLIEST - _LATEST) * drawn)


def token_request(client: OAuth2Client, client_id: str, client_secret: str) -> Request:
    """Return the request for a token (RFC 6749 section 4.4.2)."""
    form = {"grant_type": "client_credentials"}
    if client.scope is not None:
        form["scope"] = client.scope
    if client.audience is not None:
        form["audience"] = client.audience
    lines = [("content-type", "application/x-www-form-urlencoded"), ("accept", "application/json")]
    if client.client_auth == "basic":  # each half is encoded as in a form (section 2.3.1)
        lines.append(("authorization", basic_credentials(quote_plus(client_id), quote_plus(client_secret))))
    else:
        form |= {"client_id": client_id, "client_secret": client_secret}
    path, mark, query = client.token_target.partition("?")
    return Request(
        method="POST",
        path=path,
        query=query if mark else None,
        fields=Fields(lines),
        body=urlencode(form).encode("ascii"),
    )


def basic_credentials(user: str, password: str) -> str:
    """Return the value of Authorization for a user and a password, which go out as UTF-8 (RFC 7617 section 2)."""
    return f"Basic {b64encode(f'{user}:{password}'.encode()).decode('ascii')}"


def token_in(response: Response, asked_at: float) -> AccessToken:
    """Return the token of a token endpoint's response to a request of `asked_at`. Raises CredentialsUnavailable.

    The message of the error quotes no text of the response.
    """
    document = _document(response)
    if response.status != 200:
        code = document.get("error")
        cause = code if isinstance(code, str) and code in _ERRORS else f"status-{response.status}"
        raise CredentialsUnavailable("the token endpoint gave no token", cause)
    token, kind = document.get("access_token"), document.get("token_type")
    if not isinstance(token, str) or _TOKEN.fullmatch(token) is None:
        raise CredentialsUnavailable("the response of the token endpoint has no valid access_token", "no-token")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise CredentialsUnavailable("the token is no bearer token, and the gateway can use no other", "token-type")
    return AccessToken(token, asked_at, asked_at + _lifetime(document.get("expires_in")))


def _document(response: Response) -> dict[str, object]:
    try:
        document = json.loads(response.body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _lifetime(value: object) -> float:
    """Return the seconds in `expires_in`, which some servers write as text."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 16:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value) or value < 0:
        return DEFAULT_LIFETIME
    return min(float(value), LONGEST_LIFETIME)
