"""Fields that belong to one connection and are not forwarded (RFC 9110 section 7.6.1, RFC 9111 section 3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brine.domain.http.fields import Fields

HOP_BY_HOP = frozenset(
    {
        *("connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"),
        *("proxy-authenticate", "proxy-authentication-info", "proxy-authorization", "proxy-connection"),
        "http2-settings",
    }
)

CACHING_FIELDS = frozenset({"age", "cache-control", "cdn-cache-control", "date", "expires", "vary"})
"""The fields that control caching.

They are for every recipient, even if Connection lists them, and they are always stored.
"""

ESSENTIAL_FIELDS = frozenset(
    {
        *("content-disposition", "content-encoding", "content-language", "content-range", "content-type", "location"),
        *("content-security-policy", "permissions-policy", "referrer-policy", "strict-transport-security"),
        *("cross-origin-embedder-policy", "cross-origin-opener-policy", "cross-origin-resource-policy"),
        *("origin-agent-cluster", "x-content-type-options", "x-frame-options", "x-permitted-cross-domain-policies"),
    }
)
"""The fields that describe a response or tell browsers how to confine it; they must stay with it."""

LOOP_FIELDS = frozenset({"cdn-loop"})
"""No intermediary may remove these fields, or let them be removed (RFC 8586 section 2)."""

VIA = ("via", "1.1 brine")
"""The gateway's own Via line on every response that it forwards (RFC 9110 section 7.6.3)."""


def end_to_end(fields: Fields) -> Fields:
    """Return the fields without those of the connection and without those that Connection lists.

    Connection must not list a field that is meant for every recipient (section 7.6.1). If it does, that field stays.
    """
    connection = fields.get("connection")
    if connection is None:
        return fields if HOP_BY_HOP.isdisjoint(fields.names) else fields.without(HOP_BY_HOP)
    listed = {option.strip(" \t").lower() for option in connection.split(",")}
    return fields.without(HOP_BY_HOP | (listed - CACHING_FIELDS - ESSENTIAL_FIELDS - LOOP_FIELDS))
