"""The files of the console. A strict Content-Security-Policy lets the page load these files only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

START: Final = "console.html"
FACTS: Final = "console.json"
"""What the page reads first: whether its server has live requests."""
_TYPES: Final = {
    START: "text/html; charset=utf-8",
    "console.css": "text/css; charset=utf-8",
    "console.svg": "image/svg+xml",
    "console.js": "text/javascript; charset=utf-8",
    "console-stack.js": "text/javascript; charset=utf-8",
}
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
"""No text becomes markup or code: the page builds its elements one by one."""
GUARDS: Final[Mapping[str, str]] = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


@dataclass(frozen=True, slots=True)
class ConsoleFile:
    """A file with the header fields of its answer."""

    fields: Mapping[str, str]
    body: bytes


def console_names() -> frozenset[str]:
    """Return the names of all files."""
    return frozenset(_TYPES)


def console_file(name: str) -> ConsoleFile | None:
    """Return the file of this name, or None. An empty name is that of the page itself."""
    name = name or START
    return None if name not in _TYPES else ConsoleFile({"content-type": _TYPES[name], **GUARDS}, _content(name))


@cache
def _content(name: str) -> bytes:
    return Path(__file__).with_name(name).read_bytes()
