"""Canonical JSON for cache keys: one text for texts that differ only in blanks, escapes and the order of members.

The form is that of RFC 8785, except that a number stays as it is written: a server may tell 1 from 1.0, and may read
more digits than a float has. A text that two servers may read differently has no canonical form.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final, NoReturn

MAX_DEPTH: Final = 100
"""Levels of lists and objects in a text with a canonical form."""

_MEDIA_TYPE = re.compile(r"(?:application|text)/(?:[!#$%&'*+.^_`|~0-9a-z-]+\+)?json", re.IGNORECASE)
_CHARSET = re.compile(r";[ \t]*charset[ \t]*=[ \t]*\"?([^\";]*)", re.IGNORECASE)


class Number(str):
    """A number, as it was written."""

    __slots__ = ()


def is_json_type(content_type: str) -> bool:
    """Return whether a Content-Type is JSON in UTF-8: `application/json`, or a type that ends in `+json`."""
    media, _, _ = content_type.partition(";")
    return _MEDIA_TYPE.fullmatch(media.strip(" \t")) is not None and all(
        charset.strip(" \t").lower() in {"utf-8", "utf8"} for charset in _CHARSET.findall(content_type)
    )


def parse_json(content: bytes) -> Any:
    """Return JSON content as Python objects, with each number as a Number.

    Raises ValueError for content that is not JSON in UTF-8, and for a name that an object has twice: servers differ in
    which of both they take.
    """
    try:
        return json.loads(
            content.decode(),
            object_pairs_hook=_members,
            parse_int=Number,
            parse_float=Number,
            parse_constant=_refuse_constant,
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None


def canonical_json(content: bytes) -> bytes:
    """Return the canonical form of JSON content. Raises ValueError if it has none."""
    return _written(parse_json(content), MAX_DEPTH).encode()


def _written(value: Any, depth: int) -> str:
    if isinstance(value, Number):
        return str(value)
    if not isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    if depth == 0:
        raise ValueError("nested too deeply")
    if isinstance(value, list):
        return f"[{','.join([_written(item, depth - 1) for item in value])}]"
    members = sorted(value.items(), key=lambda member: member[0].encode("utf-16-be"))  # RFC 8785 section 3.2.3
    return f"{{{','.join([f'{_written(name, 0)}:{_written(item, depth - 1)}' for name, item in members])}}}"


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("an object has a name twice")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
