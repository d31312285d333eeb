"""Opens connections: looks up the name, connects by TCP, and adds TLS."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from brine.adapters.http1.errors import ConnectFailed, TimedOut

if TYPE_CHECKING:
    from collections.abc import Callable
    from ssl import SSLContext

    from brine.domain.routing.origin import OriginAddress
    from brine.ports.deadline import Deadline


def default_tls() -> SSLContext:
    """Return a context that verifies certificates by the system's roots, and host names. It offers HTTP/1.1 only."""
    import ssl  # noqa: PLC0415 - 15 ms of import that a process with plain HTTP peers never needs

    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def dial(address: OriginAddress, deadline: Deadline, tls: Callable[[], SSLContext]) -> socket.socket:
    """Return a connected socket, with TLS for https. Raises ConnectFailed or TimedOut.

    The deadline bounds everything but the look-up of the name.
    """
    try:
        sock = _connect(address, deadline)
        return _secure(sock, address, deadline, tls) if address.scheme == "https" else sock
    except TimeoutError:
        raise TimedOut(f"{address}: no connection in time", "connect timeout") from None
    except (OSError, UnicodeError) as error:
        from brine.adapters.http1.connect_causes import connect_cause  # noqa: PLC0415 - only for a failure

        raise ConnectFailed(f"{address}: {error}", connect_cause(error)) from error


def _connect(address: OriginAddress, deadline: Deadline) -> socket.socket:
    targets = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    for left, (family, kind, protocol, _, target) in zip(range(len(targets), 0, -1), targets, strict=True):
        sock = socket.socket(family, kind, protocol)
        try:
            # Each address gets a share of the time, so that a silent one leaves time for the rest.
            sock.settimeout(_time_left(deadline) / left)
            sock.connect(target)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError:
            sock.close()
            if left == 1:
                raise
        else:
            return sock
    raise OSError("the name has no address")


def _secure(
    sock: socket.socket, address: OriginAddress, deadline: Deadline, tls: Callable[[], SSLContext]
) -> socket.socket:
    try:
        sock.settimeout(_time_left(deadline))
        # An end without TLS's closing alert may be a truncation (RFC 9112 section 9.8), so it must raise an error.
        return tls().wrap_socket(sock, server_hostname=address.host, suppress_ragged_eofs=False)
    except BaseException:
        sock.close()
        raise


def _time_left(deadline: Deadline) -> float:
    remaining = deadline.remaining()
    if remaining <= 0:
        raise TimeoutError
    return remaining
