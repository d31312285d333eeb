"""Why there is no connection, in a few words for the log, such as `dns: no such host` or `refused`."""

from __future__ import annotations

import socket
import ssl
from typing import Final

_NO_SUCH_HOST: Final = frozenset({socket.EAI_NONAME, socket.EAI_NODATA})


def connect_cause(error: Exception) -> str:
    """Return the cause of an error that ended the look-up of a name, a TCP connect or a TLS handshake."""
    match error:
        case socket.gaierror():
            return (
                "dns: no such host" if error.errno in _NO_SUCH_HOST else f"dns: {_phrase(error.strerror or 'failed')}"
            )
        case UnicodeError():
            return "dns: not a host name"
        case ConnectionRefusedError():
            return "refused"
        case ssl.SSLCertVerificationError():
            return f"tls: {_phrase(error.verify_message)}"
        case ssl.SSLError():
            return f"tls: {_phrase((error.reason or 'handshake failed').replace('_', ' '))}"
        case OSError():
            return f"connect: {_phrase(error.strerror or 'failed')}"
        case _:
            return "connect: failed"


def _phrase(text: str) -> str:
    """Return a system's message without capitals and full stop. OpenSSL's contain the name of the host at most."""
    return text.rstrip(".").lower() if text.isupper() else text[:1].lower() + text[1:].rstrip(".")
