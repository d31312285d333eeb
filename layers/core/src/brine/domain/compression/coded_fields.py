"""The fields of compressed answers, and of answers that another client would get compressed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from brine.domain.compression.coded_tags import coded_tag
from brine.domain.http.fields import Fields

if TYPE_CHECKING:
    from brine.domain.http.fields import FieldLine

CONTENT_DIGESTS: Final = frozenset({"content-digest", "content-md5", "digest", "repr-digest"})
"""Fields with digests of the content's bytes, which differ in each coding (RFC 9530 sections 2 and 3) and format."""

# Accept-Ranges: the gateway serves ranges only of content without a coding.
_OF_THE_BYTES: Final = CONTENT_DIGESTS | {"accept-ranges", "content-length", "etag"}


def coded_fields(fields: Fields, coding: str, size: int | None) -> Fields:
    """Return the fields of a response that is sent in a coding. `size`: its bytes in the coding; None if unknown."""
    added: list[FieldLine] = [("content-encoding", coding)]
    if size is not None:
        added.append(("content-length", str(size)))
    return _with_tag(fields, coded_tag(fields, coding), added)


def confirmed_fields(fields: Fields, tag: str | None) -> Fields:
    """Return the fields of a 304 that confirms a compressed answer with this tag."""
    return _with_tag(fields, tag, [])


def varying_by(fields: Fields, name: str) -> Fields:
    """Return response fields with the name of a request field in Vary (RFC 9110 section 12.5.5)."""
    lower = name.lower()
    for line, value in fields.lines:
        if line == "vary" and not {lower, "*"}.isdisjoint(one.strip(" \t") for one in value.lower().split(",")):
            return fields
    return fields.with_line("vary", name)


def _with_tag(fields: Fields, tag: str | None, added: list[FieldLine]) -> Fields:
    lines = [line for line in fields.lines if line[0] not in _OF_THE_BYTES]
    if tag is not None:
        lines.append(("etag", tag))
    return Fields.from_lowercase([*lines, *added])
