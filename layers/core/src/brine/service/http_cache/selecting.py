"""Selection of a stored response by keyed hashes of the request's selecting fields (RFC 9111 section 4.1).

The table holds hashes instead of values, because a value may be a credential. A reader of the table can neither read
nor guess the values. Each cache key has its own hashes, so equal values under two keys do not look equal. A stored
response names the signing key of its hashes, so it stays selectable after a key rotation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from brine.domain.caching.stored import Selection
from brine.domain.caching.vary import selecting_digests, selects

if TYPE_CHECKING:
    from brine.domain.caching.cache_key import Resource
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.caching.vary import Digest
    from brine.domain.http.messages import Request
    from brine_codec import Keyring, KeyringSource

PURPOSE: Final = "brine selecting fields"
DIGEST_SIZE: Final = 16


@dataclass(frozen=True, slots=True)
class Selecting:
    """A request for a resource, as its origin gets it. Every method raises CodecError if its key is missing."""

    keyring: Keyring | KeyringSource
    resource: Resource
    request: Request
    now: float

    def selection(self, names: tuple[str, ...]) -> Selection:
        """Return the digests of these fields, made with the newest signing key."""
        if not names:
            return Selection()
        key_id = self.keyring.sealing_key(self.now).id
        return Selection(key_id, selecting_digests(names, self.request, self._digest(key_id)))

    def selects(self, stored: StoredResponse) -> bool:
        """Return whether the request selects this stored response."""
        return not stored.vary or selects(stored, self.request, self._digest(stored.selection.key_id))

    def digests_for(self, stored: StoredResponse) -> tuple[bytes | None, ...]:
        """Return the digests of the fields that select this stored response, made with the same key as its own."""
        return selecting_digests(stored.vary, self.request, self._digest(stored.selection.key_id))

    def _digest(self, key_id: int) -> Digest:
        mac = self.keyring.opening_key(key_id, self.now).mac(PURPOSE)
        salt = self.resource.key.encode()
        return lambda name, value: mac.tag(salt, b"\0", name.encode(), b"\0", value.encode())[:DIGEST_SIZE]
