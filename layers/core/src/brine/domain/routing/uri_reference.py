"""URI references, taken apart without a change of their bytes (RFC 3986)."""

from __future__ import annotations

import re
from typing import NamedTuple

# RFC 3986 appendix B.
_REFERENCE = re.compile(r"(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(\?[^#]*)?(#.*)?")
_AUTHORITY = re.compile(r"(\[[^\]@]*\]|[^:@\[\]]*)(?::([0-9]{0,5}))?")
_PORTS = {"http": 80, "https": 443}


class UriReference(NamedTuple):
    """The parts of a reference. `query` begins with "?" and `fragment` with "#"; both are "" if absent."""

    scheme: str | None
    authority: str | None
    path: str
    query: str
    fragment: str

    @property
    def is_relative_path(self) -> bool:
        """Whether the path is relative to the path of the base."""
        return self.scheme is None and self.authority is None and not self.path.startswith("/")


def parse_reference(text: str) -> UriReference:
    """Return the parts of a reference. Any text has them."""
    match = _REFERENCE.fullmatch(text)
    if match is None:  # a line break in the fragment
        return UriReference(None, None, text, "", "")
    scheme, authority, path, query, fragment = match.groups()
    return UriReference(scheme, authority, path, query or "", fragment or "")


def host_and_port(scheme: str, authority: str) -> tuple[str, int] | None:
    """Return the host of an http or https URI in lower case without brackets, and its port; None for any other."""
    match, default = _AUTHORITY.fullmatch(authority), _PORTS.get(scheme.lower())
    if match is None or default is None or not match[1]:
        return None
    return match[1].strip("[]").lower(), int(match[2] or default)


def resolved_path(base: str, path: str) -> str:
    """Return a path as resolved against the path of the base, without "." and ".." (RFC 3986 section 5.2)."""
    if not path:
        return base
    if not path.startswith("/"):
        path = base[: base.rfind("/") + 1] + path
    segments = path.split("/")
    if "." not in segments and ".." not in segments:
        return path
    left: list[str] = []
    for segment in segments[1:]:
        if segment == "..":
            del left[-1:]
        elif segment != ".":
            left.append(segment)
    if segments[-1] in {".", ".."}:
        left.append("")
    return "/" + "/".join(left)
