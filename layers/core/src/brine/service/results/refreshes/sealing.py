"""Seals the arguments of a call for the refresh queue: authenticated by an envelope, then encrypted.

An envelope alone is signed but readable. A queue keeps messages for days, and arguments may be secret, so the envelope
is encrypted under a key of its own for each message (docs/decisions/0100).
"""

from __future__ import annotations

import os
from hashlib import shake_256
from typing import TYPE_CHECKING, Final

from brine_codec import Codec, Malformed, Undecodable

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.results.cached_call import CachedCall
    from brine_codec import Keyring, KeyringSource, Registry

PURPOSE: Final = "brine result refreshes"
ENCRYPTION: Final = "brine result refreshes encryption"
VERSION: Final = 1
_ID = 4
_NONCE = 16

type OpenedCall = tuple[tuple[object, ...], dict[str, object], int | None]
"""The arguments by position and by name, and the generation of the result to refresh although it is fresh."""


class RefreshSealer:
    """Seals calls with a function's own keyring, bound to the name of the function and the key of the result.

    random: returns that many random bytes. Threads may share it.
    """

    def __init__(
        self,
        keyring: Keyring | KeyringSource,
        registry: Registry | None,
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._keyring = keyring
        self._codec = Codec(keyring, purpose=PURPOSE, registry=registry, schema=VERSION, gate=False)
        self._random = random

    def seal(self, cached_call: CachedCall, key: str, renews: int | None, now: float) -> bytes:
        """Return the sealed call. Raises CodecError, which is Unsupported for an argument that cannot be sealed."""
        content = cached_call.args, tuple((cached_call.kwargs or {}).items()), renews
        envelope = self._codec.seal(content, context=(cached_call.function, key), now=now)
        signing_key, nonce = self._keyring.sealing_key(now), self._random(_NONCE)
        stream = signing_key.mac(ENCRYPTION).tag(nonce)
        return signing_key.id.to_bytes(_ID) + nonce + _crypt(stream, envelope)

    def open(self, sealed: bytes, function: str, key: str, now: float) -> OpenedCall:
        """Return the call that was sealed for this function and key. Nothing is unpickled before it is verified.

        Raises CodecError.
        """
        if len(sealed) <= _ID + _NONCE:
            raise Malformed("this is not a sealed call")
        signing_key = self._keyring.opening_key(int.from_bytes(sealed[:_ID]), now)
        stream = signing_key.mac(ENCRYPTION).tag(sealed[_ID : _ID + _NONCE])
        content = self._codec.open(_crypt(stream, sealed[_ID + _NONCE :]), context=(function, key), now=now)
        match content:
            case (tuple(args), tuple(named), int() | None as renews):
                return args, dict(named), renews
        raise Undecodable("this is not a call")


def _crypt(key: bytes, text: bytes) -> bytes:
    """Encrypt or decrypt with the key stream that SHAKE-256 makes of a key, which is used for one message only."""
    stream = shake_256(key).digest(len(text))
    return (int.from_bytes(text) ^ int.from_bytes(stream)).to_bytes(len(text))
