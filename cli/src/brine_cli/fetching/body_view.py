"""The body of an answer as a terminal can show it."""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Final, Literal

from brine_cli.desk.amounts import size_text
from brine_cli.screen.printable import printable_lines

if TYPE_CHECKING:
    from brine_cli.fetching.exchange import Answered

MOST_LINES: Final = 40
"""Lines of a body that a terminal shows, unless all are wanted."""
LARGEST: Final = 50_000_000
"""Bytes of a body that is shown: a small one can be of any size without its coding."""
_WIDEST: Final = 2_000
"""Characters of one line: a document may be a single line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyView:
    """The text of a body. kind: how to colour it. note: the part that is not shown, or why the body is not shown."""

    text: str = ""
    kind: Literal["json", "text"] = "text"
    note: str | None = None


def body_view(answered: Answered, *, is_whole: bool) -> BodyView:
    """Return the body as text: JSON with line breaks and indentation, and shortened unless `is_whole`."""
    body = answered.body
    if not body:
        return BodyView(note=None)
    coding = next(iter(answered.values("content-encoding")), "identity").strip().lower()
    plain = _decoded(body, coding)
    if plain is None:
        return BodyView(note=f"the body is coded with {coding}, {size_text(len(body))}. Save it with -o FILE")
    if len(plain) > LARGEST:
        return BodyView(note=f"the body has more than {size_text(LARGEST)}. Save it with -o FILE")
    try:
        text = plain.decode()
    except UnicodeDecodeError:
        kind = answered.media_type or "no content type"
        return BodyView(note=f"the body is binary: {kind}, {size_text(len(plain))}. Save it with -o FILE")
    if "\0" in text:
        return BodyView(note=f"the body has zero bytes, {size_text(len(plain))}. Save it with -o FILE")
    is_json = answered.media_type.endswith(("/json", "+json"))
    if is_json:
        try:
            text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
        except (ValueError, RecursionError):
            is_json = False
    text, note = printable_lines(text).removesuffix("\n"), None
    if not is_whole:
        text, note = _shortened(text, len(plain))
    return BodyView(text=text, kind="json" if is_json else "text", note=note)


def _decoded(body: bytes, coding: str) -> bytes | None:
    """Return up to LARGEST + 1 bytes of the body without its coding; None for a coding that is not known here."""
    try:
        match coding:
            case "identity" | "":
                return body
            case "gzip" | "x-gzip":
                return gzip.GzipFile(fileobj=BytesIO(body)).read(LARGEST + 1)
            case "deflate":
                decoder = zlib.decompressobj()
                plain = decoder.decompress(body, LARGEST + 1)
                return plain if decoder.eof or len(plain) > LARGEST else None
    except (OSError, EOFError, zlib.error):
        pass
    return None


def _shortened(text: str, size: int) -> tuple[str, str | None]:
    lines = text.split("\n")
    shown = [line if len(line) <= _WIDEST else line[:_WIDEST] + "…" for line in lines[:MOST_LINES]]
    if shown == lines:
        return text, None
    hidden = len(lines) - len(shown)
    what = f"{hidden:,} more lines" if hidden else "the rest of long lines"
    return "\n".join(shown), f"{what} of {size_text(size)}. Show all with --all"
