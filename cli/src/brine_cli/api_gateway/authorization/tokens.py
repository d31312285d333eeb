"""JSON Web Tokens as clients send them (RFC 7519, in the compact form of RFC 7515)."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

UNSIGNED: Final = "none"
"""The algorithm of a token without a signature (RFC 7518 section 3.6). Only the twin accepts such tokens."""
_BEARER: Final = "bearer "
_PARTS: Final = 3


class TokenRefused(Exception):
    """API Gateway answers 401 to a request with this token. The message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A decoded token. `signed`: the bytes that the signature covers."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signed: bytes
    signature: bytes

    @property
    def algorithm(self) -> str:
        """The name of the algorithm of its signature, such as RS256."""
        return str(self.header.get("alg"))


def read_token(text: str) -> Token:
    """Return the token in the value of a field, with or without `Bearer` in front. Raises TokenRefused."""
    plain = text[len(_BEARER) :].strip() if text.lower().startswith(_BEARER) else text.strip()
    parts = plain.split(".")
    if len(parts) != _PARTS:
        raise TokenRefused("the token is not a JSON Web Token: it does not have three parts")
    header, claims = (_object(part) for part in parts[:2])
    return Token(
        header=header,
        claims=claims,
        signed=plain.rpartition(".")[0].encode("latin-1", "replace"),
        signature=decoded(parts[2]),
    )


def unsigned_token(claims: Mapping[str, Any]) -> str:
    """Return a token with these claims and without a signature, for development."""
    parts = ({"alg": UNSIGNED, "typ": "JWT"}, claims)
    encoded = (
        base64.urlsafe_b64encode(json.dumps(part, separators=(",", ":")).encode()).rstrip(b"=") for part in parts
    )
    return b".".join([*encoded, b""]).decode()


def _object(part: str) -> dict[str, Any]:
    try:
        content = json.loads(decoded(part))
    except (ValueError, RecursionError):
        raise TokenRefused("the token is not a JSON Web Token: a part of it is not JSON") from None
    if not isinstance(content, dict):
        raise TokenRefused("the token is not a JSON Web Token: a part of it is not an object")
    return content


def decoded(part: str) -> bytes:
    """Return the bytes of a text in base64url without padding. Raises TokenRefused."""
    try:
        return base64.b64decode(part.encode("ascii") + b"=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise TokenRefused("the token is not a JSON Web Token: a part of it is not base64url") from None
