"""The body store of a function without a bucket: it stores nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.errors import StoreUnavailable

if TYPE_CHECKING:
    from brine.domain.http.fields import Fields
    from brine.ports.deadline import Deadline


class NoBucket:
    """The BodyStore port without a bucket. Content that is too large for the table cannot be stored. No calls."""

    def read(self, digest: bytes, size: int, *, deadline: Deadline | None = None) -> bytes | None:
        """Return None."""
        return None

    def write(self, digest: bytes, body: bytes, *, deadline: Deadline | None = None) -> None:
        """Raise StoreUnavailable with the code NoBucket."""
        raise StoreUnavailable("this function has no bucket", "NoBucket")

    def link(
        self,
        digest: bytes,
        size: int,
        *,
        seconds: int,
        fields: Fields,
        deadline: Deadline | None = None,
    ) -> str | None:
        """Return None."""
        return None
