"""Tags: labels by which many stored responses and results can be purged together.

The tags of a response come from the route and from the origin. `Surrogate-Key` (separated by spaces) and `Cache-Tag`
(separated by commas) are for this cache, and not forwarded. `Cache-Groups` (RFC 9875) is for every cache on the way.
The tags of a result come from the code. Case matters. Tags in fields are read as UTF-8, as purge requests write them.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Final

from brine.domain.http.field_syntax import split_list
from brine.domain.http.structured import NotStructured, parse_strings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine.domain.http.fields import Fields

TAG_FIELDS = frozenset({"cache-tag", "surrogate-key"})
"""Fields that are removed from answers to clients."""

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")

MAX_TAGS = 128
"""Tags of one response, the number that RFC 9875 section 2 requires caches to support."""
MAX_TAG_LENGTH = 1_000
"""Bytes of one tag in UTF-8: together with a tenant's digest, it fits into a DynamoDB key."""
MAX_TAGS_LENGTH = 16_384
"""Bytes of all tags of one response."""


def is_tag(text: str) -> bool:
    """Return whether the text can be a tag: not empty, not too long, and without control characters."""
    try:
        return 0 < len(text.encode()) <= MAX_TAG_LENGTH and not _CONTROL.search(text)
    except UnicodeEncodeError:  # half a surrogate pair
        return False


def response_tags(fields: Fields, of_route: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the tags of a response, each once; None when they are unreadable, too many or too long."""
    try:
        return _limited(tuple(dict.fromkeys((*of_route, *_named(fields)))))
    except NotStructured:
        return None


def check_tags(tags: Collection[str]) -> tuple[str, ...]:
    """Return tags that code gives, each once.

    Raises TypeError for a value that is not a tag, ValueError for too many or too long tags.
    """
    if isinstance(tags, str) or not _are_texts(tags):
        raise TypeError("tags are a collection of texts")
    checked = _limited(tuple(dict.fromkeys(tags)))
    if checked is None:
        raise ValueError(
            f"{MAX_TAGS} tags of 1 to {MAX_TAG_LENGTH} bytes without control characters are the most that can be kept"
        )
    return checked


def _limited(tags: tuple[str, ...]) -> tuple[str, ...] | None:
    if len(tags) > MAX_TAGS or not all(map(is_tag, tags)):
        return None
    return tags if sum(len(tag.encode()) for tag in tags) <= MAX_TAGS_LENGTH else None


def _named(fields: Fields) -> Iterator[str]:
    for line in fields.all("surrogate-key"):
        yield from filter(None, _text(line).replace("\t", " ").split(" "))
    for line in fields.all("cache-tag"):
        yield from split_list(_text(line))
    yield from filter(None, parse_strings(*fields.all("cache-groups")))


def _text(line: str) -> str:
    """Return a field line as text: decoded as UTF-8, or unchanged if it is not UTF-8."""
    try:
        return line.encode("latin-1").decode()
    except UnicodeError:
        return line


def _are_texts(tags: object) -> bool:
    return isinstance(tags, Collection) and all(isinstance(tag, str) for tag in tags)
