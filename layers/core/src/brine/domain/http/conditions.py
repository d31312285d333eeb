"""Validators and conditional requests, from the client and to the origin (RFC 9110 sections 8.8 and 13)."""

from __future__ import annotations

import re

from brine.domain.caching.freshness import date_value
from brine.domain.http.dates import date_field
from brine.domain.http.field_syntax import split_list
from brine.domain.http.fields import Fields

CACHE_CONDITIONS = frozenset({"if-none-match", "if-modified-since"})
"""The conditions that a cache evaluates itself."""

ORIGIN_CONDITIONS = frozenset({"if-match", "if-unmodified-since"})
"""The conditions that only the origin can evaluate (RFC 9111 section 4.3.2)."""

RANGE_FIELDS = frozenset({"range", "if-range"})


_STRONG_TAG = re.compile(r'"[!#-~\x80-\xff]*"')


def entity_tag(fields: Fields) -> str | None:
    """Return the ETag as the origin wrote it; None without one, or with two that differ."""
    values = {value.strip(" \t") for value in fields.all("etag")}
    return values.pop() or None if len(values) == 1 else None


def has_validator(fields: Fields) -> bool:
    """Return whether the origin can validate the response."""
    return entity_tag(fields) is not None or "last-modified" in fields


def strong_validator(fields: Fields, response_time: float) -> str | None:
    """Return the strong ETag; for a response without ETag, a strong Last-Modified; otherwise None.

    A strong validator changes with every change of the bytes.
    """
    tag = entity_tag(fields)
    if tag is not None:
        return tag if _is_strong(tag) else None
    if "etag" in fields:  # several ETags that differ: a date would be less certain still
        return None
    return fields.get("last-modified") if _is_strong_date(fields, response_time) else None


def validation_fields(fields: Fields, stored: Fields) -> Fields:
    """Return the request's fields with conditions to validate the stored response.

    They replace the client's own conditions.
    """
    lines = [line for line in fields.lines if line[0] not in CACHE_CONDITIONS]
    tag = entity_tag(stored)
    if tag is not None:
        lines.append(("if-none-match", tag))
    modified = stored.all("last-modified")
    if modified:
        lines.append(("if-modified-since", modified[0]))
    return Fields.from_lowercase(lines)


def is_not_modified(request: Fields, response: Fields, response_time: float) -> bool:
    """Return whether the client already has this representation.

    If-None-Match decides; without it, If-Modified-Since (section 13.2.2).
    """
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
    """Return whether the Range applies: no If-Range, or one with exactly this representation (section 13.1.5)."""
    condition = request.get("if-range")
    if condition is None:
        return True
    condition = condition.strip(" \t")
    if condition.startswith('"'):
        return _is_strong(condition) and condition == entity_tag(response)
    return condition == response.get("last-modified") and _is_strong_date(response, response_time)


def weak_match(one: str, other: str) -> bool:
    """Compare two entity tags weakly (section 8.8.3.2). A tag without quotes equals the tag with quotes."""
    return _opaque(one) == _opaque(other)


def _any_match(tags: str, current: str | None) -> bool:
    if tags.strip(" \t") == "*":
        return True
    return current is not None and any(weak_match(tag, current) for tag in split_list(tags))


def _is_strong(tag: str) -> bool:
    """Return whether the text is a strong entity tag by the grammar (section 8.8.3)."""
    return _STRONG_TAG.fullmatch(tag) is not None


def _is_quoted(tag: str) -> bool:
    return len(tag) >= 2 and tag[0] == tag[-1] == '"'


def _opaque(tag: str) -> str:
    tag = tag.removeprefix("W/")
    return tag[1:-1] if _is_quoted(tag) else tag


def _is_strong_date(fields: Fields, response_time: float) -> bool:
    """Return whether Last-Modified is at least one second before Date (RFC 9110 section 8.8.2.2)."""
    modified = date_field(fields, "last-modified", response_time)
    return modified is not None and modified < date_value(fields, response_time)
