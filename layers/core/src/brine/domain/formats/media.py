"""Formats by their media types, and content negotiation among them (RFC 9110 section 12.5.1)."""

from __future__ import annotations

import enum
import re
from typing import TYPE_CHECKING

from brine.domain.http.field_syntax import QUOTED_STRING, TOKEN, WEIGHT, split_list, unquote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_TOKEN = TOKEN.pattern
_MEDIA = re.compile(rf"({_TOKEN}/{_TOKEN})[ \t]*((?:;.*)?)", re.DOTALL)
_PARAMETER = re.compile(rf";[ \t]*(?:({_TOKEN})=({_TOKEN}|{QUOTED_STRING.pattern}))?[ \t]*", re.DOTALL)
_UTF_8 = {"charset": "utf-8"}  # JSON's encoding, stated or not (RFC 8259 section 8.1)


class Format(enum.Enum):
    """A format for objects; its value is the media type that the gateway writes."""

    JSON = "application/json"
    MSGPACK = "application/msgpack"
    SEALED = "application/vnd.brine.sealed"

    @property
    def media_type(self) -> str:
        """The value of Content-Type."""
        return self.value


_BY_TYPE = {form.value: form for form in Format} | {
    "application/vnd.msgpack": Format.MSGPACK,
    "application/x-msgpack": Format.MSGPACK,
}


def format_of(content_type: str | None) -> Format | None:
    """Return the format of a Content-Type; None when it is unknown or unreadable."""
    read = None if content_type is None else _read(content_type.strip(" \t"))
    if read is None:
        return None
    media, parameters = read
    form = _BY_TYPE.get(media)
    return form if not parameters or (form is Format.JSON and parameters == _UTF_8) else None


def negotiate(accept: Iterable[str], offered: Sequence[Format]) -> Format | None:
    """Return the offered format that the Accept field lines prefer, the first of equals; None if all are refused.

    For each format the most specific range counts. Malformed members are ignored. Without any member, all formats are
    equal.
    """
    ranges = list(_ranges(accept))
    if not ranges:
        return offered[0] if offered else None
    best, weight = None, 0.0
    for form in offered:
        wanted = max((found for media in _types_of(form) for found in _matches(media, ranges)), default=(0, 0.0))[1]
        if wanted > weight:
            best, weight = form, wanted
    return best


def _types_of(form: Format) -> list[str]:
    return [media for media, named in _BY_TYPE.items() if named is form]


def _ranges(accept: Iterable[str]) -> Iterator[tuple[str, dict[str, str], float]]:
    for line in accept:
        for member in split_list(line):
            read = _read(member)
            if read is None:
                continue
            media, parameters = read
            weight = parameters.pop("q", "1")
            if WEIGHT.fullmatch(weight):
                yield media, parameters, float(weight)


def _matches(media: str, ranges: list[tuple[str, dict[str, str], float]]) -> Iterator[tuple[int, float]]:
    """Yield how specific each range that matches the media type is, and its weight."""
    for wanted, parameters, weight in ranges:
        if parameters and not (parameters == _UTF_8 and media == Format.JSON.value):
            continue
        for specific, covering in enumerate(("*/*", "application/*", media)):
            if wanted == covering:
                yield specific, weight


def _read(text: str) -> tuple[str, dict[str, str]] | None:
    """Return a media type or range in lower case, with its parameters up to the weight; None when malformed."""
    match = _MEDIA.fullmatch(text)
    if match is None:
        return None
    parameters: dict[str, str] = {}
    rest, end = match[2], 0
    while end < len(rest):
        parameter = _PARAMETER.match(rest, end)
        if parameter is None:
            return None
        end = parameter.end()
        if parameter[1] and "q" not in parameters:  # parameters after a weight were once extensions of Accept
            name = parameter[1].lower()
            parameters[name] = unquote(parameter[2]).lower()
    return match[1].lower(), parameters
