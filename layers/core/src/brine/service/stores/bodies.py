"""What is too large for the table, by its SHA-256 in the body store, and checked when it is read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from brine.errors import StoreError

if TYPE_CHECKING:
    from brine.domain.caching.stored import BodyReference
    from brine.domain.http.fields import Fields
    from brine.ports.caching import BodyStore
    from brine.ports.deadline import Deadline
    from brine.service.journal import Journal

LARGEST_INLINE_BODY: Final = 524_288
"""Bytes of a response's body that may lie in the table, however well it compresses: one that no answer can carry is in
the body store, where it can be linked to."""


@dataclass(frozen=True, slots=True)
class Bodies:
    """The bodies in a store. Each method is one call; what fails is noted in the journal."""

    store: BodyStore

    def within(self, deadline: Deadline) -> Bodies:
        """These bodies for calls that are over by then."""
        return replace(self, store=self.store.within(deadline))

    def read(self, digest: bytes, size: int, journal: Journal) -> bytes | None:
        """The bytes with this SHA-256 and length, or None when they are lost or not what they should be."""
        try:
            body = self.store.read(digest, size)
        except StoreError as error:
            journal.store_failed("bodies", error)
            return None
        if body is None:
            journal.body_lost("missing")
        elif len(body) != size or sha256(body).digest() != digest:
            journal.body_lost("altered")
        else:
            return body
        return None

    def link(self, reference: BodyReference, *, seconds: int, fields: Fields, journal: Journal) -> str | None:
        """A URL by which whoever has it gets the body with `fields`; None when it is lost or not what it should be."""
        try:
            url = self.store.link(reference.digest, reference.size, seconds=seconds, fields=fields)
        except StoreError as error:
            journal.store_failed("bodies", error)
            return None
        if url is None:
            journal.body_lost("missing")
        return url

    def write(self, body: bytes) -> bytes:
        """Put the bytes; their SHA-256. Raises StoreError."""
        digest = sha256(body).digest()
        self.store.write(digest, body)
        return digest
