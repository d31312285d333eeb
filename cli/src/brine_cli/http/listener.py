"""Listening sockets, without the server behind them: an emulator gets its socket before the rest of the twin loads."""

from __future__ import annotations

import socket

from brine_cli.errors import PortTaken

_BACKLOG = 1024


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket. Port 0 takes a free port. Raises PortTaken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise PortTaken(f"cannot listen on {host}:{port}: {reason}", port) from error
    return listener


def url_of(listener: socket.socket) -> str:
    """Return the URL of `listener`."""
    host, port = listener.getsockname()
    return f"http://{host}:{port}"
