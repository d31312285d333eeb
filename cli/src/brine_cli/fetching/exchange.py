"""One request over a connection of its own, with the time of each step."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

from brine_cli.errors import CommandError
from brine_cli.fetching.client_headers import client_headers

if TYPE_CHECKING:
    from collections.abc import Callable
    from urllib.parse import SplitResult

SECONDS: Final = 60.0
"""How long to wait for each step."""
_SAFE: Final = "%/:=&?~#+!$,;'@()*[]"
"""The characters that stay as the user wrote them. All others are percent-encoded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request. `headers`: in the order in which they are sent."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Seconds of each step, in their order. tls: None over plain http. wait: until the first byte of the answer."""

    lookup: float
    connect: float
    tls: float | None
    wait: float
    download: float

    @property
    def total(self) -> float:
        """The time of all steps."""
        return self.lookup + self.connect + (self.tls or 0.0) + self.wait + self.download


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The answer to a request."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    steps: Steps

    def values(self, name: str) -> list[str]:
        """Return the lines of a header, by its name in lower case."""
        return [value for other, value in self.headers if other.lower() == name]

    @property
    def media_type(self) -> str:
        """The media type of the body in lower case, "" without one."""
        return next(iter(self.values("content-type")), "").partition(";")[0].strip().lower()


def exchange(asked: Asked, clock: Callable[[], float] = time.perf_counter) -> Answered:
    """Send a request and return the answer. Follows no redirects. Raises CommandError if there is none."""
    parts = urlsplit(asked.url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise CommandError(f"{asked.url} is not a URL. Write http://HOST/PATH, or a path of the running twin")
    try:
        return _exchange(asked, parts, clock)
    except ssl.SSLCertVerificationError as error:
        raise CommandError(f"the certificate of {parts.netloc} is not valid: {error.verify_message}") from None
    except TimeoutError:
        raise CommandError(f"{parts.netloc} did not answer within {SECONDS:.0f} s. See its log") from None
    except socket.gaierror as error:
        raise CommandError(f"{parts.hostname} is not known: {error.strerror}. Check the name of the host") from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        remedy = (
            "Is the server running? `brine dev` starts a twin"
            if isinstance(error, ConnectionError)
            else "Look at its log"
        )
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise CommandError(f"no answer came from {parts.netloc}: {reason}. {remedy}") from None


def _exchange(asked: Asked, parts: SplitResult, clock: Callable[[], float]) -> Answered:
    host, is_tls = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if is_tls else 80)
    times = [clock()]
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    times.append(clock())
    wire = socket.socket(family, kind, protocol)
    with closing(http.client.HTTPConnection(host, port, timeout=SECONDS)) as connection:
        wire.settimeout(SECONDS)
        connection.sock = wire
        wire.connect(address)
        times.append(clock())
        if is_tls:
            connection.sock = ssl.create_default_context().wrap_socket(wire, server_hostname=host)
        times.append(clock())
        target = quote(parts.path or "/", safe=_SAFE) + (f"?{quote(parts.query, safe=_SAFE)}" if parts.query else "")
        given = {name.lower() for name, _ in asked.headers}
        connection.putrequest(asked.method, target, skip_host="host" in given, skip_accept_encoding=True)
        for name, value in _defaults(asked, given) + asked.headers:
            connection.putheader(name, value)
        connection.endheaders(asked.body)
        response = connection.getresponse()
        times.append(clock())
        body = response.read()
        times.append(clock())
        steps = [after - before for before, after in pairwise(times)]
        return Answered(
            status=response.status,
            reason=response.reason,
            headers=tuple(response.getheaders()),
            body=body,
            steps=Steps(
                lookup=steps[0],
                connect=steps[1],
                tls=steps[2] if is_tls else None,
                wait=steps[3],
                download=steps[4],
            ),
        )


def _defaults(asked: Asked, given: set[str]) -> tuple[tuple[str, str], ...]:
    """Return the headers that a request needs and the user did not give."""
    lines = [*client_headers(has_body=asked.body is not None), ("User-Agent", "brine-get"), ("Connection", "close")]
    if asked.body is not None:
        lines.append(("Content-Length", str(len(asked.body))))
    return tuple(line for line in lines if line[0].lower() not in given)
