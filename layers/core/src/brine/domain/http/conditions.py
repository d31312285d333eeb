"""Validators and conditional requests: towards the client and towards the origin (RFC 9110 sections 8.8 and 13)."""

from __future__ import annotations

import re

from brine.domain.caching.freshness import date_value
from brine.domain.http.dates import date_field
from brine.domain.http.field_syntax import split_list
from brine.domain.http.fields import Fields

CACHE_CONDITIONS = frozenset({"if-none-match", "if-modified-since"})
"""What a cache answers itself."""

ORIGIN_CONDITIONS = frozenset({"if-match", "if-unmodified-since"})
"""What only the origin can answer (RFC 9111 section 4.3.2)."""

RANGE_FIELDS = frozenset({"range", "if-range"})


_STRONG_TAG = re.compile(r'"[!#-~\x80-\xff]*"')


def entity_tag(fields: Fields) -> str | None:
    """The ETag, as the origin wrote it; None when there is none, or two that differ."""
    values = {value.strip(" \t") for value in fields.all("etag")}
    return values.pop() or None if len(values) == 1 else None


def has_validator(fields: Fields) -> bool:
    """Whether the origin can be asked if the response still holds."""
    return entity_tag(fields) is not None or "last-modified" in fields


def strong_validator(fields: Fields, response_time: float) -> str | None:
    """What tells one sequence of bytes from another: a strong ETag; without an ETag, a strong Last-Modified."""
    tag = entity_tag(fields)
    if tag is not None:
        return tag if _is_strong(tag) else None
    if "etag" in fields:  # it tells nothing for sure, and a date would tell less
        return None
    return fields.get("last-modified") if _is_strong_date(fields, response_time) else None


def conditional(fields: Fields, stored: Fields) -> Fields:
    """A request's fields, asking whether what is stored still holds, in place of the client's own conditions."""
    lines = [line for line in fields.lines if line[0] not in CACHE_CONDITIONS]
    tag = entity_tag(stored)
    if tag is not None:
        lines.append(("if-none-match", tag))
    modified = stored.all("last-modified")
    if modified:
        lines.append(("if-modified-since", modified[0]))
    return Fields.lowered(lines)


def is_not_modified(request: Fields, response: Fields, response_time: float) -> bool:
    """Whether the client has this representation already: If-None-Match, else If-Modified-Since (section 13.2.2)."""
    tags = request.get("if-none-match")
    if tags is not None:
        return _any_match(tags, entity_tag(response))
    if "if-modified-since" not in request:
        return False
    since = date_field(request, "if-modified-since", response_time)
    if "last-modified" in response:
        modified = date_field(response, "last-modified", response_time)
    else:
        modified = date_value(response, response_time)
    return since is not None and modified is not None and modified <= since


def if_range_holds(request: Fields, response: Fields, response_time: float) -> bool:
    """Whether a Range may be obeyed: no If-Range, or one that names exactly this representation (section 13.1.5)."""
    condition = request.get("if-range")
    if condition is None:
        return True
    condition = condition.strip(" \t")
    if condition.startswith('"'):
        return _is_strong(condition) and condition == entity_tag(response)
    return condition == response.get("last-modified") and _is_strong_date(response, response_time)


def same_tag(one: str, other: str) -> bool:
    """Weak comparison (section 8.8.3.2). A tag without its quotes is still taken for that tag."""
    return _opaque(one) == _opaque(other)


def _any_match(tags: str, current: str | None) -> bool:
    if tags.strip(" \t") == "*":
        return True
    return current is not None and any(same_tag(tag, current) for tag in split_list(tags))


def _is_strong(tag: str) -> bool:
    """Whether this is a strong tag, by the letter of the grammar (section 8.8.3)."""
    return _STRONG_TAG.fullmatch(tag) is not None


def _is_quoted(tag: str) -> bool:
    return len(tag) >= 2 and tag[0] == tag[-1] == '"'


def _opaque(tag: str) -> str:
    tag = tag.removeprefix("W/")
    return tag[1:-1] if _is_quoted(tag) else tag


def _is_strong_date(fields: Fields, response_time: float) -> bool:
    """Whether Last-Modified is at least a second before Date (RFC 9110 section 8.8.2.2)."""
    modified = date_field(fields, "last-modified", response_time)
    return modified is not None and modified < date_value(fields, response_time)
