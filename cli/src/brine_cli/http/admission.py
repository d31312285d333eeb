"""The admission of requests: a server on this machine refuses requests that a foreign web page can have sent.

A browser lets every page send requests to 127.0.0.1. A page may also point its own name to the address of this machine
(DNS rebinding). These fields tell the requests of such pages from those of the developer:

- `Host`: the name by which the client reached the server (RFC 9110 7.2). After a rebinding it is the page's own name.
- `Origin`: the page that sent the request (Fetch, 3.2). Browsers leave it out of some requests, as for images.
- `Sec-Fetch-Site` and `Referer`: browsers send these even then (Fetch Metadata, 2.4).

Command-line clients send a `Host` of this machine, and no other of these fields.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, NamedTuple, Self

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable

    from brine_cli.http.messages import HeaderLine

_THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "[::1]"})
_ALL_ADDRESSES = frozenset({"0.0.0.0", "::"})  # noqa: S104  (compared here, not bound)
_NAME = r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)"
HOST = re.compile(rf"{_NAME}(?::(?P<port>[0-9]{{1,5}}))?", re.ASCII)
ORIGIN = re.compile(rf"[a-z][a-z0-9+.-]*://{_NAME}(?::[0-9]{{1,5}})?|null", re.ASCII)
_PAGE = re.compile(rf"https?://{_NAME}(?::[0-9]{{1,5}})?(?![^/?#])", re.ASCII)
_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*://(?P<authority>[^/?#]*)", re.ASCII)
_MAX_PORT = 65_535
_SHOWN = 100  # characters of a field value in an error message


class Rejection(NamedTuple):
    """The reason why a request is refused: a status, and a sentence that tells the client how to proceed."""

    status: int
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """The rules for a server that listens on `port`.

    names: of the address on which it listens.
    hosts: more values of Host, in lower case: NAME with any port, or NAME:PORT.
    origins: more values of Origin, in lower case.
    """

    port: int
    names: frozenset[str]
    hosts: frozenset[str] = frozenset()
    origins: frozenset[str] = frozenset()

    @classmethod
    def at(cls, listener: socket.socket, host: str, *, hosts: Iterable[str] = (), origins: Iterable[str] = ()) -> Self:
        """Return the admission for a server at `listener`. `host` is the address as the user gave it."""
        address, port = listener.getsockname()[:2]
        return cls(
            port=port,
            names=frozenset({host.lower(), address}),
            hosts=frozenset(map(str.lower, hosts)),
            origins=frozenset(map(str.lower, origins)),
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the admission that `to_json` wrote."""
        content = json.loads(text)
        return cls(port=content.pop("port"), **{name: frozenset(values) for name, values in content.items()})

    def to_json(self) -> str:
        """Return the admission as one line, for another process."""
        return json.dumps(asdict(self), default=list)

    def refusal(self, method: str, target: bytes, lines: Iterable[HeaderLine]) -> Rejection | None:
        """Return the reason to refuse the request, or None. Names in `lines` are in lower case."""
        fields: dict[bytes, list[str]] = {}
        for name, value in lines:
            fields.setdefault(name, []).append(value.decode("latin-1").strip(" \t").lower())
        names = fields.get(b"host", [])
        if len(names) != 1:
            return Rejection(400, f"The request has {len(names)} Host fields and must have one (RFC 9112 3.2).")
        if absolute := _ABSOLUTE.match(target.decode("latin-1").lower()):
            names = [*names, absolute["authority"]]
        for authority in names:
            if refusal := self._foreign_host(authority):
                return refusal
        return self._foreign_page(method, fields, HOST.fullmatch(names[-1]))

    def _foreign_host(self, value: str) -> Rejection | None:
        authority = _name_and_port(value)
        if authority is None:
            return Rejection(400, f"Host is {_shown(value)}, which is not a name and a port (RFC 9110 7.2).")
        name, port = authority
        if name in self.hosts or f"{name}:{port}" in self.hosts or (port == self.port and self._is_ours(name)):
            return None
        return Rejection(
            421,
            f"Host is {_shown(value)}, which is no name of this server: a web page may have sent the request by DNS "
            f"rebinding. Use port {self.port} of localhost, or start the server with --allow-host {value[:_SHOWN]}.",
        )

    def _is_ours(self, name: str) -> bool:
        return bool(
            name in _THIS_MACHINE
            or name.endswith(".localhost")  # never the name of another machine (RFC 6761 6.3)
            or name.strip("[]") in self.names
            or (self.names & _ALL_ADDRESSES and _is_address(name))  # the name of a page is never an address
        )

    def _foreign_page(
        self, method: str, fields: dict[bytes, list[str]], host: re.Match[str] | None
    ) -> Rejection | None:
        reached = host["name"] if host else ""
        if origins := fields.get(b"origin"):
            foreign = next((origin for origin in origins if not self._is_our_page(origin, reached)), None)
            return None if foreign is None else self._refused_page(f"Origin is {_shown(foreign)}", foreign)
        site = fields.get(b"sec-fetch-site", ["none"])
        if set(site) <= {"none", "same-origin", "same-site"} or _opens_a_page(method, fields):
            return None
        pages = [found[0] for referer in fields.get(b"referer", ()) if (found := _PAGE.match(referer))]
        if pages and all(self._is_our_page(page, reached) for page in pages):
            return None
        referer = f"Referer is of {_shown(pages[0])}" if pages else "there is no Referer"
        return self._refused_page(f"Sec-Fetch-Site is {_shown(site[0])} and {referer}", pages[0] if pages else "")

    def _is_our_page(self, origin: str, reached: str) -> bool:
        parts = _PAGE.fullmatch(origin)
        if origin in self.origins:
            return True
        return parts is not None and (
            parts["name"] in _THIS_MACHINE or parts["name"].endswith(".localhost") or parts["name"] == reached
        )

    @staticmethod
    def _refused_page(why: str, origin: str) -> Rejection:
        allowing = f" {origin}" if len(origin) <= _SHOWN and ORIGIN.fullmatch(origin) else ""
        advice = f"If the page is yours, start the server with --allow-origin{allowing}."
        if origin == "null":  # the Origin of every sandboxed page
            advice = "If the page is yours, serve it from an address of this machine, outside of a sandbox."
        return Rejection(403, f"{why}: a web page of another machine sent the request. {advice}")


def is_of_another_origin(method: str, lines: Iterable[HeaderLine]) -> bool:
    """Return whether a page of another origin sent a request that was admitted: another name, or another port.

    A link that a person follows is not from a page in this sense. `lines`: as for `Admission.refusal`.
    """
    fields: dict[bytes, list[str]] = {}
    for name, value in lines:
        fields.setdefault(name, []).append(value.decode("latin-1").strip(" \t").lower())
    site = fields.get(b"sec-fetch-site")
    if site is not None:
        return not (set(site) <= {"none", "same-origin"} or _opens_a_page(method, fields))
    hosts = fields.get(b"host", [])
    return any(origin.partition("://")[2] not in hosts for origin in fields.get(b"origin", ()))


def _opens_a_page(method: str, fields: dict[bytes, list[str]]) -> bool:
    """Return whether the user follows a link. The linking page cannot read the page that opens."""
    return (
        method in {"GET", "HEAD"}
        and fields.get(b"sec-fetch-mode") == ["navigate"]
        and fields.get(b"sec-fetch-dest") == ["document"]
    )


def _name_and_port(authority: str) -> tuple[str, int] | None:
    """Return the name and the port of a Host value in lower case, or None if it is malformed (RFC 3986 3.2)."""
    parts = HOST.fullmatch(authority)
    if parts is None or int(parts["port"] or 80) > _MAX_PORT:
        return None
    if parts["name"].startswith("["):
        try:
            IPv6Address(parts["name"].strip("[]"))
        except ValueError:
            return None
    return parts["name"], int(parts["port"] or 80)


def _is_address(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _shown(value: str) -> str:
    return ascii(value[:_SHOWN])
