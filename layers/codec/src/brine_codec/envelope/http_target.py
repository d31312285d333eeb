"""The canonical form of an HTTP request target, which both ends write into a context.

API Gateway decodes the path, so the gateway cannot see how the client encoded it. API Gateway does not change the
query.
"""

from __future__ import annotations

import re

_ESCAPE = re.compile("%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_KEPT_IN_PATHS = _UNRESERVED | frozenset("!$&'()*+,;=:@/")


def canonical_target(target: str) -> str:
    """Return a target with upper-case percent escapes, and only for characters that need one.

    target: a percent-encoded path, with or without a query.
    """
    path, mark, query = target.partition("?")
    decoded = _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), path)
    octets = decoded.encode("latin-1", "replace")
    path = "".join(chr(octet) if chr(octet) in _KEPT_IN_PATHS else f"%{octet:02X}" for octet in octets)
    return path + mark + _ESCAPE.sub(_shortest, query)


def _shortest(escape: re.Match[str]) -> str:
    character = chr(int(escape[1], 16))
    return character if character in _UNRESERVED else escape[0].upper()
