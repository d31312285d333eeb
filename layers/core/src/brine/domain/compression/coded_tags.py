"""Entity tags of compressed answers, and the origin's tags in the conditions of clients (RFC 9110 section 8.8.3).

Each coding is a representation of its own, so it has a tag of its own: that of the origin, a "~" and the coding. The
tag is weak, because another version of a compressor writes other bytes. A weak tag never permits a Range (section
13.1.5), so no client joins bytes of two codings. Conditions of clients also get the origin's tag, so a cache and an
origin evaluate them as if the answer had not been compressed.

A response may have Last-Modified and no tag. If a client sent that date in If-Range, bytes of two codings could meet.
So the compressed answer gets a tag made from the date: a client with a tag must not send the date in If-Range.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from brine.domain.http.conditions import entity_tag
from brine.domain.http.dates import date_field, format_http_date
from brine.domain.http.field_syntax import split_list

if TYPE_CHECKING:
    from brine.domain.compression.accepted_codings import AcceptedCodings
    from brine.domain.http.fields import Fields

_CODED: Final = re.compile(r'(?:W/)?"(.*)~(zstd|br|gzip)"', re.DOTALL)
_FROM_DATE: Final = re.compile(r"lm-([0-9a-f]{1,8})")
_DATE_CONDITIONS: Final = {"if-match": "if-unmodified-since", "if-none-match": "if-modified-since"}
"""The conditions with tags, and for each the condition with a date in its place."""


def coded_tag(fields: Fields, coding: str) -> str | None:
    """Return the tag of a response in a coding, given the fields of the origin; None if they have no validator."""
    opaque = _opaque(fields)
    return None if opaque is None else f'W/"{opaque}~{coding}"'


def with_origin_tags(fields: Fields, accepted: AcceptedCodings, *, is_read: bool) -> Fields:
    """Return the fields of a client's request with the origin's tag beside each tag of a compressed answer.

    The client's own tags stay: they may be those of an origin that is such a gateway itself. If all tags were made from
    dates, a condition with the date takes their place.
    is_read: whether the request only reads. Then If-None-Match gets only tags of codings that the client accepts,
    because a cache that asks names the tags of all its responses, and 304 selects one of them (RFC 9111 section 4.3.4).
    """
    changed = fields
    for name, date_condition in _DATE_CONDITIONS.items():
        tags = [tag for line in fields.all(name) for tag in split_list(line)]
        coded = [
            match
            for match in map(_CODED.fullmatch, tags)
            if match is not None and (not is_read or name == "if-match" or accepted.weight(match[2]) > 0)
        ]
        if not coded:
            continue
        dates = [match for one in coded if (match := _FROM_DATE.fullmatch(one[1])) is not None]
        if len(dates) == len(tags):
            changed = changed.without({name})
            if date_condition not in changed:
                changed = changed.with_line(date_condition, format_http_date(min(int(date[1], 16) for date in dates)))
        else:
            origin_tags = dict.fromkeys(f'"{one[1]}"' for one in coded)
            changed = changed.replacing(name, ", ".join([*tags, *origin_tags]))
    return changed


def confirmed_tag(asked: Fields, fields: Fields, accepted: AcceptedCodings) -> str | None:
    """Return the tag of the compressed answer that a client has and a 304 with `fields` confirms; None without one."""
    opaque = _opaque(fields)
    for line in asked.all("if-none-match"):
        for tag in split_list(line):
            match = _CODED.fullmatch(tag)
            if match is not None and match[1] == opaque and accepted.weight(match[2]) > 0:
                return tag
    return None


def _opaque(fields: Fields) -> str | None:
    """Return the text between the quotes of the origin's tag, or a text made from Last-Modified."""
    if "etag" in fields:
        tag = entity_tag(fields)
        return None if tag is None else tag.removeprefix("W/").strip('"')
    modified = date_field(fields, "last-modified", 0.0) if "last-modified" in fields else None
    return None if modified is None or not 0 <= modified < 2**32 else f"lm-{modified:x}"
