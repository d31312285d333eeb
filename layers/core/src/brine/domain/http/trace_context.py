"""Trace context (W3C Trace Context, sections 3.2, 3.3): the part that may reach an origin.

Trace context is not in the cache key, and an origin may copy it into its response or fail on it. So the gateway
forwards only well-formed fields. Such fields are short. They have no character that ends a string or begins a tag in
HTML, JSON or JavaScript.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from brine.domain.http.field_syntax import split_list

if TYPE_CHECKING:
    from brine.domain.http.fields import Fields

MAX_STATE: Final = 512
"""Characters of tracestate that every vendor must pass on (section 3.3.1.5)."""

MAX_MEMBERS: Final = 32

_PARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
# The grammar's own values, less " & ' < > \ and `
_MEMBER = re.compile(r"[a-z0-9][a-z0-9_*/@-]{0,255}=[ !#-%(-+\--;?-\[\]-_a-~]{0,255}[!#-%(-+\--;?-\[\]-_a-~]")


def with_valid_trace_context(fields: Fields) -> Fields:
    """Return the fields without a malformed traceparent or tracestate.

    Without a valid traceparent, tracestate is left out too.
    """
    parents, states = fields.all("traceparent"), fields.all("tracestate")
    if not parents and not states:
        return fields
    if parents and not (len(parents) == 1 and _PARENT.fullmatch(parents[0])):
        parents = ()
    if states and (not parents or not _is_state(", ".join(states))):
        fields = fields.without({"tracestate"})
    return fields if parents else fields.without({"traceparent"})


def _is_state(text: str) -> bool:
    members = split_list(text)
    return len(text) <= MAX_STATE and len(members) <= MAX_MEMBERS and all(map(_MEMBER.fullmatch, members))
