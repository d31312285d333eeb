"""Trace context (W3C Trace Context, sections 3.2 and 3.3): what of it may reach the origin of a request for the cache.

It is in no key, and an origin may write it into its answer or choke on it. So only what is well formed goes along. That
is short, and has no character that ends a string or begins a tag in HTML, JSON or JavaScript.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from brine.domain.http.field_syntax import split_list

if TYPE_CHECKING:
    from brine.domain.http.fields import Fields

MAX_STATE: Final = 512
"""Characters of tracestate: those that every vendor must pass on (section 3.3.1.5)."""

MAX_MEMBERS: Final = 32

_PARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
# The grammar's own values, less " & ' < > \ and `
_MEMBER = re.compile(r"[a-z0-9][a-z0-9_*/@-]{0,255}=[ !#-%(-+\--;?-\[\]-_a-~]{0,255}[!#-%(-+\--;?-\[\]-_a-~]")


def with_sound_tracing(fields: Fields) -> Fields:
    """Return the fields without a traceparent or tracestate that is not well formed; neither goes without the first."""
    parents, states = fields.all("traceparent"), fields.all("tracestate")
    if parents and not (len(parents) == 1 and _PARENT.fullmatch(parents[0])):
        parents = ()
    if states and (not parents or not _is_state(", ".join(states))):
        fields = fields.without({"tracestate"})
    return fields if parents else fields.without({"traceparent"})


def _is_state(text: str) -> bool:
    members = split_list(text)
    return len(text) <= MAX_STATE and len(members) <= MAX_MEMBERS and all(map(_MEMBER.fullmatch, members))
