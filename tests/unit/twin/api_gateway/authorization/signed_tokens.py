"""An issuer with an RSA key, for tests."""

from __future__ import annotations

import base64
import json
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

ISSUER = "https://issuer.example"
_HASHES = {"RS256": hashes.SHA256(), "RS384": hashes.SHA384(), "RS512": hashes.SHA512()}


def encoded(content: bytes) -> str:
    """Return bytes in base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


class Issuer:
    """An issuer with one key of the id `kid`. `fetch` counts the requests for its documents."""

    def __init__(self, kid: str = "1") -> None:
        self.kid = kid
        self.fetched: list[str] = []
        self._key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)

    def token(self, claims: dict[str, Any], algorithm: str = "RS256", **header: Any) -> str:
        """Return a signed token."""
        parts = ({"alg": algorithm, "kid": self.kid, **header}, claims)
        signed = ".".join(encoded(json.dumps(part).encode()) for part in parts)
        signature = self._key.sign(signed.encode(), padding.PKCS1v15(), _HASHES[algorithm])
        return f"{signed}.{encoded(signature)}"

    def fetch(self, url: str) -> bytes:
        """Return the document at a URL of this issuer."""
        self.fetched.append(url)
        if url == f"{ISSUER}/.well-known/openid-configuration":
            return json.dumps({"jwks_uri": f"{ISSUER}/keys"}).encode()
        if url != f"{ISSUER}/keys":
            raise OSError("404")
        numbers = self._key.public_key().public_numbers()
        n, e = (encoded(one.to_bytes((one.bit_length() + 7) // 8)) for one in (numbers.n, numbers.e))
        return json.dumps({"keys": [{"kty": "RSA", "kid": self.kid, "n": n, "e": e}]}).encode()
