"""The facts about an item of the cache table that operators may see: never a header value, never a body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

type EntryKind = Literal["response", "result", "marker", "unreadable"]
"""A stored response, a stored result, a hit-for-miss marker, or an item that does not open."""
type EntryState = Literal["fresh", "grace", "keep", "purged", "unknown"]
"""The state of an entry.

- `fresh`: it is served without a request to the origin.
- `grace`: it is stale, and may be served while it is refreshed, or if the origin fails.
- `keep`: it is stored only to be validated.
- `purged`: a purge ended it. The table deletes it later.
- `unknown`: the item does not open.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFacts:
    """The sealed facts about an item. Times are in seconds since 1970, sizes in bytes.

    key: the cache key, or the key of a result. slot: its place under the key. namespace: the part of the table, "" for
    the gateway's own. function: the function of the template that has the keys of its seal, "" if none opens it.
    route, method, target, status: of a response; `target` is the path and query at the origin. url: the path and query
    of a client, None if it is not known. source: the cache and the function of a result.
    age: seconds, as in an answer; of a result, since its computation began.
    size: the length of the body, or of the envelope of a result. stored_size: its bytes in the table and in S3.
    variant: the names of its selecting fields, with a hash that differs for each variant. parts: the number of stored
    responses that it was made from. reason: why it does not open.
    """

    kind: EntryKind
    key: str
    slot: str
    namespace: str = ""
    function: str = ""
    route: str | None = None
    method: str | None = None
    target: str | None = None
    url: str | None = None
    status: int | None = None
    source: str | None = None
    tenant_digest: str = ""
    age: float | None = None
    size: int = 0
    stored_size: int = 0
    in_body_store: bool = False
    tags: tuple[str, ...] = ()
    variant: str | None = None
    parts: int = 0
    evict_at: int = 0
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """The facts about an item and its state now. `remaining`: seconds of freshness left, negative when it is stale."""

    facts: EntryFacts
    state: EntryState
    remaining: int | None = None
