"""The public keys of an issuer, and the check of a signature with them (`brine dev --verify-tokens`).

API Gateway reads the address of the keys from the discovery document of the issuer, and keeps them for two hours.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from typing import TYPE_CHECKING, Any, Final

from brine_cli.api_gateway.authorization.tokens import TokenRefused, decoded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine_cli.api_gateway.authorization.tokens import Token

_KEEP_SECONDS: Final = 7200.0
_LEAST_SECONDS: Final = 10.0  # between two fetches for keys that an issuer does not have
_FETCH_SECONDS: Final = 5.0
_MOST_BYTES: Final = 1_000_000
_DIGESTS: Final = {
    "RS256": ("sha256", bytes.fromhex("3031300d060960864801650304020105000420")),
    "RS384": ("sha384", bytes.fromhex("3041300d060960864801650304020205000430")),
    "RS512": ("sha512", bytes.fromhex("3051300d060960864801650304020305000440")),
}
"""The hash function, and the bytes before the hash in a signature, by algorithm (RFC 8017 section 9.2, note 1)."""

type JsonWebKey = Mapping[str, Any]


class IssuerKeys:
    """Verifies tokens with the keys of their issuers. fetch: returns the content at a URL, or raises OSError."""

    def __init__(
        self, fetch: Callable[[str], bytes] | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._fetch = fetch or _fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: dict[str, tuple[float, dict[str, JsonWebKey]]] = {}

    def verify(self, token: Token, issuer: str) -> None:
        """Raise TokenRefused unless a key of `issuer` has signed the token."""
        if token.algorithm not in _DIGESTS:
            names = ", ".join(_DIGESTS)
            raise TokenRefused(f"the algorithm of the token is {token.algorithm}, and the twin verifies {names} only")
        key = self._key(issuer, str(token.header.get("kid")))
        try:
            modulus, exponent = (int.from_bytes(decoded(key[name])) for name in ("n", "e"))
        except (KeyError, AttributeError):
            raise TokenRefused(f"the key {token.header.get('kid')} of {issuer} is not an RSA key") from None
        if not has_signed(modulus, exponent, token):
            raise TokenRefused("the signature of the token is not that of its issuer's key")

    def _key(self, issuer: str, name: str) -> JsonWebKey:
        with self._lock:
            fetched, keys = self._keys.get(issuer, (float("-inf"), {}))
            age = self._clock() - fetched
            if age > _KEEP_SECONDS or (name not in keys and age > _LEAST_SECONDS):
                keys = self._fetch_keys(issuer)
                self._keys[issuer] = self._clock(), keys
        if name not in keys:
            raise TokenRefused(f"{issuer} has no key {name}, which the token names as kid")
        return keys[name]

    def _fetch_keys(self, issuer: str) -> dict[str, JsonWebKey]:
        place = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            place = str(json.loads(self._fetch(place))["jwks_uri"])
            return {str(key.get("kid")): key for key in json.loads(self._fetch(place))["keys"]}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise TokenRefused(f"the keys of {issuer} cannot be read from {place}: {error}") from error


def has_signed(modulus: int, exponent: int, token: Token) -> bool:
    """Return whether an RSA key has signed a token, by RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2.2)."""
    name, prefix = _DIGESTS[token.algorithm]
    size = (modulus.bit_length() + 7) // 8
    ending = prefix + hashlib.new(name, token.signed).digest()
    number = int.from_bytes(token.signature)
    if len(token.signature) != size or number >= modulus or size < len(ending) + 11:
        return False
    expected = b"\x00\x01" + b"\xff" * (size - len(ending) - 3) + b"\x00" + ending
    return hmac.compare_digest(pow(number, exponent, modulus).to_bytes(size), expected)


def _fetch(url: str) -> bytes:
    from urllib.request import urlopen  # noqa: PLC0415  (only --verify-tokens needs it)

    if not url.startswith(("https://", "http://")):
        raise OSError("it is not an http or https URL")
    with urlopen(url, timeout=_FETCH_SECONDS) as answer:  # noqa: S310  (the scheme is checked above)
        content: bytes = answer.read(_MOST_BYTES)
    return content
