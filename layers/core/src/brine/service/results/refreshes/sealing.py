"""Seals the arguments of a call for the refresh queue of the function.

An envelope is authenticated and not encrypted. A principal with the IAM permission can read the arguments in the
queue, as it can read the results in the table (docs/decisions/0100).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from brine_codec import Codec, Undecodable

if TYPE_CHECKING:
    from brine.domain.results.cached_call import CachedCall
    from brine_codec import Keyring, KeyringSource, Registry

PURPOSE: Final = "brine result refreshes"
VERSION: Final = 1

type OpenedCall = tuple[tuple[object, ...], dict[str, object], int | None]
"""The arguments by position and by name, and the generation of the result to refresh although it is fresh."""


class RefreshSealer:
    """Seals calls with a function's own keyring, bound to the name of the function and the key of the result.

    Threads may share it.
    """

    def __init__(self, keyring: Keyring | KeyringSource, registry: Registry | None) -> None:
        self._codec = Codec(keyring, purpose=PURPOSE, registry=registry, schema=VERSION, gate=False)

    def seal(self, cached_call: CachedCall, key: str, renews: int | None, now: float) -> bytes:
        """Return the sealed call. Raises CodecError, which is Unsupported for an argument that cannot be sealed."""
        content = cached_call.args, tuple((cached_call.kwargs or {}).items()), renews
        return self._codec.seal(content, context=(cached_call.function, key), now=now)

    def open(self, sealed: bytes, function: str, key: str, now: float) -> OpenedCall:
        """Return the call that was sealed for this function and key. The seal is verified before the call is unpickled.

        Raises CodecError.
        """
        match self._codec.open(sealed, context=(function, key), now=now):
            case (tuple(args), tuple(named), int() | None as renews):
                return args, dict(named), renews
        raise Undecodable("this is not a call")
