"""The syntax of field values: lists, quoted strings, delta-seconds (RFC 9110 section 5.6)."""

from __future__ import annotations

import re

_MEMBER = re.compile(r'(?:[^",]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)

TCHAR = r"!#$%&'*+.^_`|~0-9A-Za-z-"
"""The characters of a token, to go last in a character class of a regular expression."""

TOKEN = re.compile(f"[{TCHAR}]+")
"""A token (RFC 9110 section 5.6.2), such as a field name, a directive or a media type's part."""

QUOTED_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
"""A quoted string (RFC 9110 section 5.6.4)."""

WEIGHT = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")
"""A weight in content negotiation (RFC 9110 section 12.4.2)."""

FIELD_VALUE = re.compile(r"[\t -~\x80-\xff]*")
"""A field value: no control character except the tab (RFC 9110 section 5.5)."""

MAX_SECONDS = 2**31
"""The value that a cache uses for any longer time (RFC 9111 section 1.2.2)."""


def split_list(text: str) -> list[str]:
    """Return the members of a comma-separated list, stripped, without empty ones.

    A comma inside a quoted string does not separate. If a quote is never closed, quotes from there on are ordinary
    characters.
    """
    parts: list[str] = []
    start = 0
    quoted = '"' in text
    while quoted and start < len(text):
        stop = start + len(_MEMBER.match(text, start)[0])  # type: ignore[index]  # it always matches, if only the empty text
        if text.startswith('"', stop):
            break
        parts.append(text[start:stop])
        start = stop + 1
    parts += text[start:].split(",")
    return [member for part in parts if (member := part.strip(" \t"))]


def is_well_quoted(text: str) -> bool:
    """Return whether every quoted string in a list is closed."""
    return '"' not in text or all(_MEMBER.fullmatch(member) for member in split_list(text))


def unquote(text: str) -> str:
    """Return the content of a quoted string; any other text unchanged."""
    if len(text) >= 2 and text[0] == text[-1] == '"':
        inner = text[1:-1]
        return _QUOTED_PAIR.sub(r"\1", inner) if "\\" in inner else inner
    return text


def delta_seconds(text: str) -> int | None:
    """Parse a non-negative number of seconds, at most MAX_SECONDS; None if invalid (RFC 9111 section 1.2.2)."""
    if not (text.isascii() and text.isdigit()):
        return None
    significant = text.lstrip("0") or "0"
    return min(int(significant), MAX_SECONDS) if len(significant) <= 10 else MAX_SECONDS
