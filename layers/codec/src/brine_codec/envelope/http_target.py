"""How both ends of an HTTP exchange write its target into a context, whatever happened to it between them.

API Gateway decodes a path, so what was encoded in it cannot be told from what was not; a query it leaves alone.
"""

from __future__ import annotations

import re

_ESCAPE = re.compile("%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_KEPT_IN_PATHS = _UNRESERVED | frozenset("!$&'()*+,;=:@/")


def canonical_target(target: str) -> str:
    """A path, percent-encoded, and perhaps a query: escapes in upper case, and only where a character needs one."""
    path, mark, query = target.partition("?")
    decoded = _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), path)
    octets = decoded.encode("latin-1", "replace")
    path = "".join(chr(octet) if chr(octet) in _KEPT_IN_PATHS else f"%{octet:02X}" for octet in octets)
    return path + mark + _ESCAPE.sub(_shortest, query)


def _shortest(escape: re.Match[str]) -> str:
    character = chr(int(escape[1], 16))
    return character if character in _UNRESERVED else escape[0].upper()
