"""Large bodies in the body store, by the SHA-256 of their bytes, which every read checks."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from brine.errors import StoreError

if TYPE_CHECKING:
    from brine.domain.bodies.stored_body import BodyReference
    from brine.domain.http.fields import Fields
    from brine.ports.caching import BodyStore
    from brine.service.transaction import Trace

LARGEST_INLINE_BODY: Final = 524_288
"""Bytes of a response's body that the table may hold, however well it compresses.

A larger body goes to the body store, where a link can lead to it: no answer of Lambda could carry it.
"""


@dataclass(frozen=True, slots=True)
class Bodies:
    """The bodies in a store. Each method is one call; a failure of `read` and `link` is a fault."""

    store: BodyStore

    def read(self, digest: bytes, size: int, trace: Trace) -> bytes | None:
        """Return the bytes with this SHA-256 and length, or None when they are missing or altered.

        Then the trace lists the address as lost.
        """
        try:
            body = self.store.read(digest, size, deadline=trace.deadline)
        except StoreError as error:
            trace.faults.store_failed("bodies", error)
            trace.lost_bodies.add(digest)
            return None
        if body is None:
            trace.faults.body_lost("missing")
        elif len(body) != size or sha256(body).digest() != digest:
            trace.faults.body_lost("altered")
        else:
            return body
        trace.lost_bodies.add(digest)
        return None

    def link(self, reference: BodyReference, *, seconds: int, fields: Fields, trace: Trace) -> str | None:
        """Return a URL that gives the body with `fields` for so many seconds; None when it is missing or altered."""
        try:
            url = self.store.link(
                reference.digest, reference.size, seconds=seconds, fields=fields, deadline=trace.deadline
            )
        except StoreError as error:
            trace.faults.store_failed("bodies", error)
            return None
        if url is None:
            trace.faults.body_lost("missing")
        return url

    def write(self, body: bytes, trace: Trace) -> bytes:
        """Put the bytes and return their SHA-256. Raises StoreError."""
        digest = sha256(body).digest()
        self.store.write(digest, body, deadline=trace.deadline)
        return digest
