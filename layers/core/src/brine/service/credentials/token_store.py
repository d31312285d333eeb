"""Access tokens in the cache table, for all processes of a function.

A token is sealed like all envelopes of the table. It is hidden too, because a bearer token gives access to its reader.
The pad that hides it is HMAC-SHA256 in counter mode. Its key is derived from the keyring for this purpose alone, and
each nonce is used once. The seal around it makes this encrypt-then-MAC (docs/decisions/0116).
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

from brine.domain.credentials.access_token import AccessToken
from brine.errors import StoreError
from brine.ports.caching import Item
from brine_codec import Codec, CodecError

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.ports.caching import ItemStore
    from brine.service.flights.turns import Lead
    from brine.service.single_flight import SingleFlight
    from brine.service.transaction import Trace
    from brine_codec import Key, Keyring, KeyringSource

SLOT: Final = "token"
SEAL_PURPOSE: Final = "brine origin tokens"
HIDE_PURPOSE: Final = "brine origin tokens, hidden"
NONCE_SIZE: Final = 24

type StoredToken = tuple[AccessToken | None, int]
"""The token, and the generation of its item: 0 for none."""


class TokenStore:
    """The tokens under their partition keys. `random_bytes` returns so many bytes that cannot be guessed.

    A store that fails and an envelope that does not open are faults and count as no token.
    """

    def __init__(
        self,
        items: ItemStore,
        single_flight: SingleFlight,
        keyring: Keyring | KeyringSource,
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self._items = items
        self._single_flight = single_flight
        self._keyring = keyring
        self._random_bytes = random_bytes
        self._codec = Codec(keyring, purpose=SEAL_PURPOSE, schema=1, gate=False)

    def read(self, pk: str, trace: Trace, *, consistent: bool = False) -> StoredToken:
        """Return the stored token, or None. One call."""
        try:
            item = self._items.read(pk, SLOT, consistent=consistent, deadline=trace.deadline)
        except StoreError as error:
            trace.faults.store_failed("table", error)
            return None, 0
        if item is None:
            return None, 0
        try:
            return self._opened(item.envelope, pk, trace.now), item.generation
        except CodecError as error:
            trace.faults.envelope_failed(error)
            return None, item.generation

    def keep(self, pk: str, route: str, lead: Lead, token: AccessToken, trace: Trace) -> None:
        """Store a token under the caller's lease, and give the lease back. One call."""
        lead.ending = "settled"
        lease = lead.lease
        if lease is None:
            return
        try:
            envelope = self._sealed(token, pk, trace.now)
        except CodecError as error:
            trace.faults.envelope_failed(error)
            return
        item = Item(envelope=envelope, evict_at=ceil(token.expires_at), generation=lease.token, route=route)
        lead.stop_renewing(trace.faults)
        self._single_flight.leases.commit(lease, SLOT, item, trace)
        lead.lease = None  # only now: if the commit raises, the lease must be given back

    def _sealed(self, token: AccessToken, pk: str, now: float) -> bytes:
        key = self._keyring.sealing_key(now)
        nonce = self._random_bytes(NONCE_SIZE)
        hidden = _padded(token.text.encode("ascii"), key, nonce)
        content = key.id, nonce, hidden, token.issued_at, token.expires_at
        return self._codec.seal(content, context=(pk,), now=now)

    def _opened(self, envelope: bytes, pk: str, now: float) -> AccessToken | None:
        match self._codec.open(envelope, context=(pk,), now=now):
            case (int(key_id), bytes(nonce), bytes(hidden), float(issued_at), float(expires_at)):
                text = _padded(hidden, self._keyring.opening_key(key_id, now), nonce)
                return AccessToken(text.decode("ascii"), issued_at, expires_at)
        return None


def _padded(text: bytes, key: Key, nonce: bytes) -> bytes:
    """Return the text with the pad of this key and nonce added to it (XOR). A second call removes the pad."""
    mac = key.mac(HIDE_PURPOSE)
    pad = b"".join(mac.tag(nonce, block.to_bytes(4)) for block in range(-(-len(text) // 32)))
    return bytes(one ^ other for one, other in zip(text, pad, strict=False))
