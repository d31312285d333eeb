"""Canonical request field values: the same text for all values of the same meaning.

The cache selects stored responses by the canonical value, and the origin receives it. So one stored response may answer
all requests with values of the same meaning (RFC 9111 section 4.1). When two values may differ in meaning, each stays
as it is.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from brine.domain.http.field_syntax import QUOTED_STRING, TOKEN, WEIGHT, is_well_quoted, split_list
from brine.domain.http.fields import Fields

if TYPE_CHECKING:
    from collections.abc import Iterator

NEGOTIATION: Final = frozenset({"accept", "accept-charset", "accept-encoding", "accept-language"})
"""The request fields of content negotiation (RFC 9110 section 12.5)."""

_UNORDERED: Final = frozenset({"accept-encoding", "accept-language"})
"""In these fields, ranges with the same weight may change places (RFC 9110 sections 12.5.3 and 12.5.4)."""

_UNCHANGED: Final = frozenset({"authorization", "cookie"})
_WORD = f"(?:{TOKEN.pattern}|{QUOTED_STRING.pattern})"
_LIST_OF_WORDS = re.compile(rf"{_WORD}(?:[ \t]*,[ \t]*{_WORD})+")
_WEIGHT = re.compile(rf"[ \t]*q=({WEIGHT.pattern})[ \t]*", re.IGNORECASE)
_TWO_WEIGHTS = re.compile(r";[ \t]*q[ \t]*=[^,]*;[ \t]*q[ \t]*=", re.IGNORECASE)


def canonical_fields(fields: Fields) -> Fields:
    """Return the fields with one line for each name, and its canonical value."""
    return Fields.from_lowercase((name, _canonical_value(name, fields.all(name))) for name in _names(fields))


def parse_preferences(text: str) -> list[tuple[str, float]]:
    """Return each range of a content negotiation field with its weight (RFC 9110 section 12.4.2).

    Ranges are in lower case, except for the parameters of a media range.
    """
    found = []
    for member in split_list(text):
        before, _, last = member.rpartition(";")
        match = _WEIGHT.fullmatch(last) if before else None
        range_ = before.rstrip(" \t") if match else member
        head, semicolon, parameters = range_.partition(";")
        found.append((head.lower() + semicolon + parameters, float(match[1]) if match else 1.0))
    return found


def _names(fields: Fields) -> Iterator[str]:
    return iter(dict.fromkeys(name for name, _ in fields.lines))


def _canonical_value(name: str, lines: tuple[str, ...]) -> str:
    if name in NEGOTIATION:
        return _canonical_preferences(name, ", ".join(lines))
    stripped = [line.strip(" \t") for line in lines]
    if name == "cookie":  # RFC 9113 section 8.2.3
        return "; ".join(stripped).strip(" \t")
    value = ", ".join(stripped).strip(" \t")
    # Only in a list of words are the blanks around commas certainly without meaning
    return ", ".join(split_list(value)) if name not in _UNCHANGED and _LIST_OF_WORDS.fullmatch(value) else value


@lru_cache(maxsize=128)  # many clients send the same values
def _canonical_preferences(name: str, text: str) -> str:
    """Sort the preferences by weight, the greatest first. Equal weights keep their order where it may matter."""
    if not is_well_quoted(text) or _TWO_WEIGHTS.search(text):  # its members or a weight are ambiguous
        return text.strip(" \t")
    ranges = sorted(parse_preferences(text), key=lambda one: (-one[1], one[0]) if name in _UNORDERED else (-one[1], ""))
    return ", ".join(
        (_usual_case(range_) if name == "accept-language" else range_) + ("" if weight == 1 else f";q={weight:g}")
        for range_, weight in ranges
    )


def _usual_case(tag: str) -> str:
    """Return a language tag in its usual case: en-US, zh-Hant (RFC 5646 section 2.1.1)."""
    first, *rest = tag.split("-")
    parts = [first]
    for part in rest:
        if len(parts[-1]) == 1:  # all subtags after a singleton are in lower case
            return "-".join([*parts, *rest[len(parts) - 1 :]])
        parts.append(part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part)
    return "-".join(parts)
