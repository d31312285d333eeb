"""The Cache-Status field: how the cache handled a request (RFC 9211)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from brine.domain.http.structured import STRUCTURED_TOKEN

if TYPE_CHECKING:
    from brine.domain.caching.decision import ForwardReason
    from brine.domain.http.fields import Fields

CACHE_NAME = "brine"


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheStatus:
    """This cache's member of Cache-Status. `ttl`: remaining freshness in whole seconds; negative when stale."""

    hit: bool = False
    fwd: ForwardReason | None = None
    fwd_status: int | None = None
    stored: bool = False
    collapsed: bool = False
    ttl: int | None = None
    key: str | None = None
    detail: str | None = None

    def __str__(self) -> str:
        parts = [CACHE_NAME]
        if self.hit:
            parts.append("hit")
        if self.fwd is not None:
            parts.append(f"fwd={self.fwd}")
        if self.fwd_status is not None:
            parts.append(f"fwd-status={self.fwd_status}")
        if self.stored:
            parts.append("stored")
        if self.collapsed:
            parts.append("collapsed")
        if self.ttl is not None:
            parts.append(f"ttl={self.ttl}")
        if self.key is not None:
            parts.append(f"key={_string(self.key)}")
        if self.detail is not None:
            parts.append(f"detail={self.detail if STRUCTURED_TOKEN.fullmatch(self.detail) else _string(self.detail)}")
        return "; ".join(parts)

    def added_to(self, fields: Fields) -> Fields:
        """Return the response fields with this member after the members of caches nearer to the origin."""
        return fields.with_line("cache-status", str(self))


def _string(text: str) -> str:
    """Return a structured string (RFC 8941 section 3.3.3), with "?" for each character that it cannot contain."""
    printable = "".join(character if " " <= character <= "~" else "?" for character in text)
    escaped = printable.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
