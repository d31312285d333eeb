"""Headers for links to stored bodies: no browser may run a body as a page of the store's domain.

Types are allowed one by one (docs/decisions/0087): a list of active types would miss those that browsers learn later.
"""

from __future__ import annotations

import re
from typing import Final

from brine.domain.http.field_syntax import TOKEN

OCTET_STREAM: Final = "application/octet-stream"
"""The type of content that browsers do not interpret."""

_TOKEN = TOKEN.pattern
_PLAIN = r'"[ !#-+./0-9:<-\[\]-~-]*"'  # no commas, semicolons, escapes: readers disagree on them
_TYPE = re.compile(rf"({_TOKEN}/{_TOKEN})(?:[ \t]*;[ \t]*{_TOKEN}=(?:{_TOKEN}|{_PLAIN}))*")
_FAMILIES = ("audio/", "font/", "video/")
_TYPES = frozenset(
    {
        *("application/json", "application/x-ndjson", "application/cbor", "application/protobuf"),
        *("application/msgpack", "application/vnd.msgpack", "application/x-msgpack", "application/vnd.brine.sealed"),
        *("application/gzip", "application/zip", "application/zstd", "application/x-tar", OCTET_STREAM),
        *("application/vnd.apache.arrow.stream", "application/vnd.apache.parquet"),
        *("image/apng", "image/avif", "image/bmp", "image/gif", "image/heic", "image/jpeg", "image/png", "image/tiff"),
        *("image/webp", "image/x-icon"),
        *("text/csv", "text/plain", "text/tab-separated-values"),
    }
)

_NAME = rf'filename=(?:{_TOKEN}|"[^"\\\x00-\x1f\x7f]*")'
_EXTENDED_NAME = rf"filename\*={_TOKEN}"
_DISPOSITION = re.compile(
    rf"{_TOKEN}(?:[ \t]*;[ \t]*({_NAME}))?(?:[ \t]*;[ \t]*({_EXTENDED_NAME}))?"
    rf"(?:[ \t]*;[ \t]*(?!filename){_TOKEN}=(?:{_TOKEN}|{_PLAIN}))*",
    re.IGNORECASE,
)


def safe_content_type(content_type: str | None) -> str:
    """Return the Content-Type unchanged if no browser runs content of that type, otherwise `OCTET_STREAM`.

    A type that is missing, malformed or repeated counts as active, because browsers guess a type then.
    """
    read = None if content_type is None else _TYPE.fullmatch(content_type)
    if content_type is None or read is None:
        return OCTET_STREAM
    media = read[1].lower()
    is_json = media.startswith("application/") and media.endswith("+json")
    return content_type if media in _TYPES or media.startswith(_FAMILIES) or is_json else OCTET_STREAM


def attachment_disposition(disposition: str | None) -> str:
    """Return a Content-Disposition of an attachment, with the original file name if it is well formed (RFC 6266)."""
    read = None if disposition is None else _DISPOSITION.fullmatch(disposition)
    names = () if read is None else (name for name in read.groups() if name is not None)
    return "; ".join(("attachment", *names))
