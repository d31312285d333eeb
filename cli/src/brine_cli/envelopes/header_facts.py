"""The facts in the header of an envelope, for people and for programs, verified or not."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Self

from brine_cli.desk.amounts import duration_text, size_text
from brine_codec.envelope.header import KIND_BUFFERS, KIND_TREE, LAYOUT

if TYPE_CHECKING:
    from collections.abc import Iterator

_SUITES: Final = {1: "HMAC-SHA256"}
_COMPRESSIONS: Final = {0: "none", 1: "zlib", 2: "zstd"}


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderFacts:
    """What a header says. Times are seconds since 1970, None if it has none. Sizes are bytes."""

    version: int
    suite: str
    compression: str
    stream: str
    has_buffers: bool
    key_id: int
    issued_at: int | None
    expires_at: int | None
    schema: int
    size: int
    sealed_size: int

    @classmethod
    def of(cls, sealed: bytes) -> Self:
        """Return what the header of an envelope says. Its seal is not verified."""
        magic, suite, compression, kind, _, key_id, issued_at, expires_at, schema, size, _ = LAYOUT.unpack_from(sealed)
        return cls(
            version=magic[3],
            suite=_SUITES.get(suite, f"unknown ({suite})"),
            compression=_COMPRESSIONS.get(compression, f"unknown ({compression})"),
            stream="tree" if kind & KIND_TREE else "graph",
            has_buffers=bool(kind & KIND_BUFFERS),
            key_id=key_id,
            issued_at=issued_at or None,
            expires_at=expires_at or None,
            schema=schema,
            size=size,
            sealed_size=len(sealed),
        )

    def to_json(self) -> dict[str, object]:
        """Return the facts for a JSON document."""
        return asdict(self)

    def lines(self, now: float) -> Iterator[tuple[str, str]]:
        """Yield the name and the text of each fact. now: seconds since 1970."""
        yield "version", str(self.version)
        yield "suite", self.suite
        yield "key", str(self.key_id)
        yield "issued", "not said" if self.issued_at is None else _time(self.issued_at, now)
        yield "expires", "never" if self.expires_at is None else _time(self.expires_at, now)
        yield "schema", str(self.schema) if self.schema else "none"
        buffers = ", with buffers" if self.has_buffers else ""
        yield "stream", f"{self.stream}{buffers}"
        compressed = "" if self.compression == "none" else f", {self.compression}"
        yield "size", f"{size_text(self.sealed_size)}; its content {size_text(self.size)}{compressed}"


def _time(seconds: int, now: float) -> str:
    """Return a time in UTC, and how far it is from now."""
    text = f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
    distance = duration_text(abs(seconds - now))
    return f"{text} ({distance} ago)" if seconds <= now else f"{text} (in {distance})"
