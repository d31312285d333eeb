"""The pieces that field values are made of: lists, quoted strings, delta-seconds (RFC 9110 section 5.6)."""

from __future__ import annotations

import re

_MEMBER = re.compile(r'(?:[^",]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)

MAX_SECONDS = 2**31
"""What a cache takes a longer time for (RFC 9111 section 1.2.2)."""


def split_list(text: str) -> list[str]:
    """The members of a comma-separated list, stripped, none empty. Commas inside quoted strings do not separate.

    A quote that is never closed is an ordinary character.
    """
    if '"' not in text:
        return [member for part in text.split(",") if (member := part.strip(" \t"))]
    members, start, position, end = [], 0, 0, len(text)
    while position < end:
        match = _MEMBER.match(text, position)
        position = match.end() if match else position
        if position < end and text[position] == '"':
            comma = text.find(",", position)
            position = end if comma < 0 else comma
        if member := text[start:position].strip(" \t"):
            members.append(member)
        position += 1
        start = position
    return members


def is_well_quoted(text: str) -> bool:
    """Whether every quoted string in a list is closed."""
    return '"' not in text or all(_MEMBER.fullmatch(member) for member in split_list(text))


def unquote(text: str) -> str:
    """The content of a quoted string; other text as it is."""
    if len(text) >= 2 and text[0] == text[-1] == '"':
        inner = text[1:-1]
        return _QUOTED_PAIR.sub(r"\1", inner) if "\\" in inner else inner
    return text


def delta_seconds(text: str) -> int | None:
    """A non-negative number of seconds, at most MAX_SECONDS; None when it is none (RFC 9111 section 1.2.2)."""
    if not (text.isascii() and text.isdigit()):
        return None
    return min(int(text), MAX_SECONDS) if len(text) <= 18 else _long_delta(text)


def _long_delta(digits: str) -> int:
    significant = digits.lstrip("0")
    return int(significant or "0") if len(significant) < 10 else MAX_SECONDS
