"""The addresses in a response of the origin, and the same ones as clients reach them through the gateway.

A stored response keeps the addresses of its origin. Each answer gets the public ones, so a client's Host can change
only the answer to this client. An origin that reads X-Forwarded-Prefix names public addresses itself; they are
recognised by the prefix of the route.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from brine.domain.http.fields import Fields
from brine.domain.routing.uri_reference import host_and_port, parse_reference, resolved_path

if TYPE_CHECKING:
    from brine.domain.routing.front_door import PublicAddress
    from brine.domain.routing.route import Route
    from brine.domain.routing.uri_reference import UriReference

ADDRESS_FIELDS: Final = frozenset({"content-location", "link", "location", "refresh"})
"""The response fields that hold addresses for the client."""

_DEFAULT_PORTS: Final = frozenset({80, 443})
# A target, the value of an anchor, or another quoted text, in which nothing is an address (RFC 8288 section 3). Every
# alternative ends at the next delimiter or at the end of the text, so the time grows only with the length.
_LINK = re.compile(
    r'<([^<>]*)>|(;[ \t]*anchor[ \t]*=[ \t]*)(?:"([^"\\]*)"|([^\s",;]+))|"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.IGNORECASE
)
# Seconds and an address, as browsers read them (the HTML standard, "shared declarative refresh steps").
_REFRESH = re.compile(r"([ \t]*[0-9.]+[ \t]*(?:[;,][ \t]*|[ \t])url[ \t]*=[ \t]*)(\"|'|)([^\"']*)(.*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of one route. `public`: where the client, or every client, reaches the gateway."""

    route: Route
    public: PublicAddress

    def public_fields(self, fields: Fields, path: str) -> Fields:
        """Return the fields of a response with public addresses. `path`: the path of its request at the origin."""
        return Fields.from_lowercase(
            (name, self._public_value(name, value, path)) if name in ADDRESS_FIELDS else (name, value)
            for name, value in fields.lines
        )

    def public_reference(self, text: str, path: str) -> str:
        """Return a reference for the client, unchanged if it leads away from the origin's base.

        `path`: the path of the request at the origin. An absolute URL stays absolute, with the public scheme and
        authority. If these are unknown, it becomes an absolute path.
        """
        reference = parse_reference(text)
        below = self._below(reference, path)
        if below is None or (reference.is_relative_path and not reference.path):
            return text
        public = self.public
        mapped = (public.base + self._prefix + below) or "/"
        if reference.is_relative_path and self._resolves_alike(reference, path, mapped):
            return text
        begin = ""
        if reference.authority is not None and public.authority:
            begin = f"//{public.authority}" if reference.scheme is None else f"{public.scheme}://{public.authority}"
        elif mapped.replace("\t", "").startswith(("//", "/\\")):  # a client, which ignores tabs, would read a host
            begin = "/."
        return f"{begin}{mapped}{reference.query}{reference.fragment}"

    def origin_target(self, text: str, path: str) -> str | None:
        """Return the target at the origin that a public reference names; None for any other reference.

        `path`: the path of the request at the origin.
        """
        reference = parse_reference(text)
        if self._names_public(reference):
            below = self._below(reference, path)
        elif self._names_origin(reference) and not reference.is_relative_path:
            below = _after(self._public_paths, resolved_path(path, reference.path))
        else:
            return None
        query = "" if reference.query == "?" else reference.query
        return None if below is None else ((self.route.base_path + below) or "/") + query

    @property
    def _prefix(self) -> str:
        return "" if self.route.prefix == "/" else self.route.prefix

    @property
    def _public_paths(self) -> tuple[str, ...]:
        """The beginnings of public paths: with the base, and without it for an origin that was told the prefix only."""
        return tuple(path for path in (self.public.base + self._prefix, self._prefix) if path)

    def _public_value(self, name: str, value: str, path: str) -> str:
        if name == "link":
            return _LINK.sub(lambda match: self._link(match, path), value)
        if name == "refresh":
            match = _REFRESH.fullmatch(value)
            return value if match is None else match[1] + match[2] + self.public_reference(match[3], path) + match[4]
        return self.public_reference(value.strip(" \t"), path)

    def _link(self, match: re.Match[str], path: str) -> str:
        target, anchor, quoted, unquoted = match.groups()
        if target is not None:
            return f"<{self.public_reference(target.strip(' \t'), path)}>"
        if anchor is None:
            return match[0]
        return f'{anchor}"{self.public_reference(unquoted or quoted or "", path)}"'

    def _below(self, reference: UriReference, path: str) -> str | None:
        """Return the path below the route's base that a reference leads to, or None if it leads elsewhere."""
        resolved = resolved_path(path, reference.path or ("" if reference.authority is None else "/"))
        base, public_paths = self.route.base_path, self._public_paths
        if self._names_origin(reference):
            return _after((base, *public_paths), resolved)
        if self._names_public(reference):
            return _after((base, *public_paths) if self.route.shows_public_host else public_paths or ("",), resolved)
        return None

    def _names_origin(self, reference: UriReference) -> bool:
        """Return whether a reference names the origin, by http or https: behind TLS, many servers say http."""
        if reference.authority is None:
            return reference.scheme is None
        origin = self.route.origin
        named = host_and_port(reference.scheme or origin.scheme, reference.authority)
        return named is not None and _is_same(named, (origin.host, origin.port))

    def _names_public(self, reference: UriReference) -> bool:
        if reference.authority is None:
            return False
        named = host_and_port(reference.scheme or self.public.scheme, reference.authority)
        own = host_and_port(self.public.scheme, self.public.authority)
        return named is not None and own is not None and _is_same(named, own)

    def _resolves_alike(self, reference: UriReference, path: str, mapped: str) -> bool:
        """Return whether the client resolves a relative reference to the public address itself."""
        if path == "/" and not self.route.base_path and self._prefix:
            return False  # the client's path was the prefix, with or without a "/" at its end
        below = _after((self.route.base_path,), path)
        if below is None:
            return False
        return resolved_path((self.public.base + self._prefix + below) or "/", reference.path) == mapped


def _is_same(one: tuple[str, int], other: tuple[str, int]) -> bool:
    """Return whether two hosts with ports are equal. The default ports of http and https count as equal."""
    return one[0] == other[0] and (one[1] == other[1] or {one[1], other[1]} == _DEFAULT_PORTS)


def _after(beginnings: tuple[str, ...], path: str) -> str | None:
    """Return the rest of a path after the longest of these beginnings that covers it, at a "/"; None if none does."""
    for begin in sorted(beginnings, key=len, reverse=True):
        if path == begin or path.startswith(begin + "/"):
            return path[len(begin) :]
    return None
